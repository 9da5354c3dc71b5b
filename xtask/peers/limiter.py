#!/usr/bin/env python3
"""Measures limiters side by side and writes a Markdown page; started by `cargo xtask peers limiter`.

usage: limiter.py --signals FOLDER --discern BINARY --discern-latency SAMPLES --tracking-latency SAMPLES --output PAGE.md
                  [--truepeak BINARY] [--songs FOLDER]... [--only NAME] [--no-instructions]
needs: numpy scipy soundfile pyloudnorm pedalboard; ffmpeg with lv2 and ladspa filters, the plugins, valgrind

Method: every limiter gets the gain that brings the benchmark mix to -13 LUFS under a ceiling of -1 dB, so all are compared at
one loudness. The tones are driven 12 dB, which takes them 7 dB over the ceiling.
"""
import argparse
import functools
import glob
import json
import os
import tempfile

import numpy as np
import soundfile as sf

import common
import meters
from common import linear, number, run

CEILING_DBTP, TARGET_LUFS, RATE, TONE_DRIVE_DB = -1.0, -13.0, common.RATE, 12.0
SHORT_SECONDS = 4


class Command:
    """A limiter that is a processor for every drive in dB; or whose function `counted` is what its instructions are."""

    def __init__(self, processor, latency=None, counted=None):
        self.processor, self.latency, self.counted = functools.cache(processor), latency, counted

    def process(self, source, target, drive_db):
        self.processor(drive_db).file(source, target)

    def instructions(self, source, drive_db, folder):
        """Per stereo frame: of the function `counted`, or what a run costs more than the same run without."""
        processor = self.processor(drive_db)
        if not self.counted:
            return processor.instructions()
        line = processor.line(source, os.path.join(folder, "counted.wav"))
        # 0: the function is not there under this name.
        return common.callgrind(line, self.counted) / (SHORT_SECONDS * RATE) or None


class Brickwall:
    """pedalboard's BrickwallLimiter."""
    latency = None

    def process(self, source, target, drive_db):
        import pedalboard
        x, rate = sf.read(source, dtype="float32")
        limiter = pedalboard.BrickwallLimiter(ceiling_db=CEILING_DBTP, true_peak=True)
        y = pedalboard.Pedalboard([limiter])((x * np.float32(linear(drive_db))).T, rate).T
        sf.write(target, y, rate, subtype="FLOAT")

    def instructions(self, source, drive_db, folder):
        return None


def ffmpeg(filters):
    return Command(lambda drive_db: common.ffmpeg(filters(drive_db)))


def lv2(uri, controls):
    return Command(lambda drive_db: common.lv2(uri, controls(drive_db)))


def discern(arguments, style, mode="standard"):
    latency = arguments.tracking_latency if mode == "tracking" else arguments.discern_latency
    return Command(lambda drive_db: common.Processor(lambda source, target: [
        arguments.discern, "render", source, "-o", target, "--bits", "32f", "--overwrite",
        "--set", f"limiter.gain_db={drive_db}", "--set", f"limiter.ceiling_dbtp={CEILING_DBTP}",
        "--set", f"limiter.style={style}", "--set", f"latency_mode={mode}"], None),
        latency=latency, counted="*chain::limiter::Limiter::process")


def contestants(arguments):
    dpl, lsp = "http://gareus.org/oss/lv2/dpl#stereo", "http://lsp-plug.in/plugins/lv2/limiter_stereo"
    ceiling = linear(CEILING_DBTP)
    x42 = lambda **more: lv2(dpl, lambda d: dict(gain=d, threshold=CEILING_DBTP, truepeak=1, **more))
    found = {
        "Discern clean": discern(arguments, "clean"),
        "Discern balanced": discern(arguments, "balanced"),
        "Discern loud": discern(arguments, "loud"),
        "Discern clean, tracking": discern(arguments, "clean", "tracking"),
        "x42 dpl, true peak": x42(),
        "x42 dpl, true peak, 50 ms": x42(release=0.05),
        "x42 dpl, true peak, 100 ms": x42(release=0.1),
        "LSP limiter 1.2.5": lv2(lsp, lambda d: dict(g_in=linear(d), th=ceiling, boost=0)),
        "LSP limiter 1.2.5, half ×4": lv2(lsp, lambda d: dict(g_in=linear(d), th=ceiling, boost=0, ovs=5)),
        "LSP limiter 1.2.5, half ×8": lv2(lsp, lambda d: dict(g_in=linear(d), th=ceiling, boost=0, ovs=10)),
        "ZaMaximX2 4.1": ffmpeg(lambda d: f"volume={d}dB,ladspa=file=ZaMaximX2-ladspa:plugin=ZaMaximX2"
                                          f":controls=c0=25|c1={CEILING_DBTP}|c2={CEILING_DBTP}"),
        "Calf limiter ×4": lv2("http://calf.sourceforge.net/plugins/Limiter",
                               lambda d: dict(level_in=linear(d), limit=ceiling, auto_level=0, oversampling=4)),
        "ffmpeg alimiter": ffmpeg(lambda d: f"alimiter=level_in={linear(d)}:limit={ceiling}:level=false:latency=true"),
        "pedalboard Brickwall, true peak": Brickwall(),
    }
    if arguments.truepeak:
        found["crate truepeak 0.1.1"] = Command(
            lambda d: common.Processor(lambda source, target: [arguments.truepeak, source, target, d, CEILING_DBTP], None),
            latency=172,
            counted="truepeak::limiter::Limiter::process*")
    return {name: each for name, each in found.items() if not arguments.only or arguments.only in name}


def read(path):
    return sf.read(path, always_2d=True)[0]


def measure(limiter, arguments, folder):
    target = os.path.join(folder, "out.wav")

    def processed(name, drive_db):
        limiter.process(os.path.join(arguments.signals, name), target, drive_db)
        return read(target)

    low, high = 4.0, 24.0
    for _ in range(10):
        drive_db = (low + high) / 2
        is_short = meters.loudness_lufs(processed("mix.wav", drive_db), RATE) < TARGET_LUFS
        low, high = (drive_db, high) if is_short else (low, drive_db)
    output = processed("mix.wav", drive_db)
    latency = limiter.latency
    if latency is None:
        latency = int(np.abs(processed("impulse.wav", 0.0)[:, 0]).argmax()) - RATE // 2
    instructions = None
    if not arguments.no_instructions:
        try:
            instructions = limiter.instructions(os.path.join(arguments.signals, "short.wav"), round(drive_db, 2), folder)
        except RuntimeError as error:
            print("   not counted:", error)
    return dict(
        drive_db=drive_db,
        sample_peak_dbfs=meters.sample_peak_db(output),
        annex_2_over_db=meters.annex_2_db(output) - CEILING_DBTP,
        fine_dbtp=meters.fine_db(output),
        thd_30_db=meters.thd_db(processed("s30.wav", TONE_DRIVE_DB), 30, RATE),
        thd_50_db=meters.thd_db(processed("s50.wav", TONE_DRIVE_DB), 50, RATE),
        imd_db=meters.imd_db(processed("imd.wav", TONE_DRIVE_DB), RATE),
        isp_tone_dbtp=meters.fine_db(processed("isp.wav", TONE_DRIVE_DB)),
        latency_samples=latency,
        instructions_per_frame=instructions)


def measure_songs(arguments, folder):
    """Each song at least 6 dB over the ceiling: loudness, and how far over meters read; against x42's 50 ms setting."""
    all_limiters = contestants(arguments)
    chosen = {name: all_limiters[name] for name in
              ("Discern clean", "Discern balanced", "Discern loud", "x42 dpl, true peak, 50 ms") if name in all_limiters}
    songs = sorted(path for top in arguments.songs for path in glob.glob(os.path.join(top, "**", "*.flac"), recursive=True))
    source, target = os.path.join(folder, "song.wav"), os.path.join(folder, "limited.wav")
    for path in songs:
        x, rate = sf.read(path, always_2d=True)
        sf.write(source, np.repeat(x, 2, axis=1)[:, ::x.shape[1]] if x.shape[1] == 1 else x, rate, subtype="FLOAT")
        drive_db = max(6.0, 6.0 + CEILING_DBTP - meters.sample_peak_db(x))
        row = dict(song=os.path.basename(path)[:-5], is_mastered="/mastered/" in path, drive_db=drive_db)
        for name, limiter in chosen.items():
            limiter.process(source, target, drive_db)
            y = read(target)
            row[name] = dict(
                lufs=meters.loudness_lufs(y, rate), annex_2_over_db=meters.annex_2_db(y) - CEILING_DBTP,
                fine_over_db=meters.fine_db(y) - CEILING_DBTP, ffmpeg_dbtp=meters.ffmpeg_dbtp(target))
        print(" ", json.dumps(row, default=float), flush=True)
        yield row


def limiter_table(rows):
    yield ("| limiter | drive dB | sample peak | Annex 2 over | 16× grid dBTP | THD 30 Hz | THD 50 Hz | IMD | ISP tone dBTP "
           "| latency | instructions |")
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for name, row in rows.items():
        if "error" in row:
            yield f"| {name} | failed: {row['error']} |" + " |" * 9
            continue
        cells = [number(row["drive_db"]), number(row["sample_peak_dbfs"]), number(row["annex_2_over_db"], 3),
                 number(row["fine_dbtp"]), number(row["thd_30_db"], 0), number(row["thd_50_db"], 0), number(row["imd_db"], 0),
                 number(row["isp_tone_dbtp"]), str(row["latency_samples"]), number(row["instructions_per_frame"], 0)]
        yield f"| {name} | " + " | ".join(cells) + " |"


def song_table(rows):
    styles = ("Discern clean", "Discern balanced", "Discern loud")
    x42 = "x42 dpl, true peak, 50 ms"
    yield "| song | drive dB | " + " | ".join(f"{style[8:]} LUFS, Annex 2, 16×, ffmpeg" for style in styles) + " | x42 50 ms |"
    yield "|---|---|" + "---|" * 4
    over = lambda cell: max(0.0, cell["annex_2_over_db"], cell["fine_over_db"])
    for row in rows:
        cells = [f"{number(row[name]['lufs'])}, {number(row[name]['annex_2_over_db'], 3)}, "
                 f"{number(row[name]['fine_over_db'], 3)}, {number(row[name]['ffmpeg_dbtp'], 1)}" for name in (*styles, x42)]
        yield f"| {row['song']} | {number(row['drive_db'], 1)} | " + " | ".join(cells) + " |"
    yield ""
    mastered = [row for row in rows if row["is_mastered"]]
    for style in styles if mastered else ():
        gains = [(row[style]["lufs"] - over(row[style])) - (row[x42]["lufs"] - over(row[x42])) for row in mastered]
        yield (f"* {style[8:]} against x42 at 50 ms on the mastered songs, each lowered by what it is over: "
               f"{number(min(gains))} to {number(max(gains))} LU, mean {number(np.mean(gains))}.")


def page(rows, songs):
    yield "# The limiter beside others"
    yield ""
    yield ("Written by `cargo xtask peers limiter`. Every limiter is driven until the benchmark mix reads −13 LUFS under a ceiling of −1 dB; "
           "then: the gain that took; its sample peak; how far the filter of ITU-R BS.1770-5 annex 2 reads over the ceiling; the "
           "true peak on an ideal 16-times grid (the mix holds noise up to half the sample rate, where meters part most); "
           "distortion of sines 7 dB over the ceiling; SMPTE intermodulation, likewise; the true peak of a gated tone at a quarter "
           "of the sample rate; latency in samples at 48 kHz (ffmpeg's alimiter takes its own off); instructions per stereo frame on "
           "the mix. For what runs in ffmpeg these are those of 4 s above those of the first 2 s, which leaves out starting and "
           "loading, less the same of a run with `volume`; for the others those of the limiter's function.")
    yield ""
    yield from limiter_table(rows)
    if songs:
        yield ""
        yield "## Songs, at least 6 dB over a ceiling of −1 dBTP"
        yield ""
        yield ("Loudness in LUFS; dB over the ceiling by annex 2 and on the ideal grid (negative: below); what ffmpeg's "
               "`ebur128=peak=true` prints.")
        yield ""
        yield from song_table(songs)


def main():
    parser = argparse.ArgumentParser()
    for option in ("--signals", "--discern", "--output"):
        parser.add_argument(option, required=True)
    for option in ("--discern-latency", "--tracking-latency"):
        parser.add_argument(option, type=int, required=True)
    parser.add_argument("--truepeak")
    parser.add_argument("--songs", action="append", default=[])
    parser.add_argument("--only")
    parser.add_argument("--no-instructions", action="store_true")
    arguments = parser.parse_args()
    common.SIGNALS[0] = arguments.signals
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, limiter in contestants(arguments).items():
            try:
                rows[name] = measure(limiter, arguments, folder)
            except (RuntimeError, ImportError) as error:
                rows[name] = dict(error=str(error)[:120])
            print(name, json.dumps(rows[name], default=float), flush=True)
        songs = list(measure_songs(arguments, folder))
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in page(rows, songs))


main()

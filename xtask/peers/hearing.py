#!/usr/bin/env python3
"""Times the analysis of songs side by side and prints a section of the page; started by `cargo xtask hearing`."""
import argparse
import os
import resource
import subprocess
import sys
import time

import libsonare
import numpy as np
import soundfile as sf

import common

# So many of the longest songs are analysed one by one, so many seconds of the others in a row.
NUM_LONGEST = 2
ROW_SECONDS = 240
ROW_RATE = 44100
# Runs of which the least time counts; time on the processor hardly varies, and the slowest takes minutes.
NUM_RUNS = 1


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command):
    """What a program prints, and its seconds on the processor."""
    before = children_seconds()
    text = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
    return text, children_seconds() - before


def ffmpeg(path, filters):
    return run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1", "-i", path, *filters, "-f", "null", "-"])[1]


def seconds_of(function):
    before = time.process_time()
    function()
    return time.process_time() - before


class Recording:
    """A song as a file that needs no decoding, and in memory."""

    def __init__(self, name, path, x, rate):
        self.name, self.path, self.rate, self.seconds = name, path, rate, len(x) / rate
        sf.write(path, x, rate, subtype="FLOAT")
        self.left, self.right = (np.ascontiguousarray(x[:, channel]) for channel in (0, -1))
        self.middle = x.mean(1, dtype=np.float32)


def recordings(songs, folder):
    songs = sorted(songs, key=lambda song: -sf.info(song).duration)
    for song in songs[:NUM_LONGEST]:
        x, rate = sf.read(song, dtype="float32", always_2d=True)
        name = os.path.splitext(os.path.basename(song))[0]
        yield Recording(name, os.path.join(folder, f"{name}.wav"), x, rate)
    others = [sf.read(song, dtype="float32", always_2d=True)[0] for song in sorted(songs[NUM_LONGEST:])
              if (sf.info(song).samplerate, sf.info(song).channels) == (ROW_RATE, 2)]
    if others:
        x = np.concatenate(others)[:ROW_SECONDS * ROW_RATE]
        yield Recording("others in a row", os.path.join(folder, "row.wav"), x, ROW_RATE)


def analysers(bench):
    def profile(song, **params):
        libsonare.mastering_audio_profile_stereo(song.left, song.right, song.rate, params)

    def with_filter(song):
        return ffmpeg(song.path, ["-af", "ebur128=peak=true"])

    return {
        "Discern, everything": lambda song: float(run([bench, "file", song.path])[0].split()[1]),
        "ffmpeg ebur128=peak=true, the filter": lambda song: with_filter(song) - ffmpeg(song.path, []),
        "ffmpeg ebur128=peak=true, the whole run": with_filter,
        "libsonare mastering profile": lambda song: seconds_of(lambda: profile(song)),
        "libsonare mastering profile with defects": lambda song: seconds_of(lambda: profile(song, detectDefects=True)),
        "libsonare analyze (mono)": lambda song: seconds_of(lambda: libsonare.analyze(song.middle, song.rate)),
    }


def main():
    parser = argparse.ArgumentParser()
    for option in ("--bench", "--folder"):
        parser.add_argument(option, required=True)
    parser.add_argument("songs", nargs="+")
    arguments = parser.parse_args()
    # One thread each, and all on the same core.
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    songs = list(recordings(arguments.songs, arguments.folder))
    all_analysers = analysers(arguments.bench)
    least = {(name, song): np.inf for name in all_analysers for song in songs}
    for _ in range(NUM_RUNS):
        for (name, song), seconds in least.items():
            least[name, song] = min(seconds, all_analysers[name](song))
    rows = []
    first = next(iter(all_analysers))
    for name in all_analysers:
        row = [name]
        for song in songs:
            row += [common.number(song.seconds / least[name, song], 0), common.number(least[first, song] / least[name, song])]
        rows.append(row)
        print("  ", *rows[-1], file=sys.stderr, flush=True)
    head = ["analyser"]
    for song in songs:
        head += [f"{song.name}, {song.seconds:.0f} s, {song.rate} Hz", "against Discern"]
    print("## Speed\n")
    print(
        "Times real time and, beside it, how fast that is against Discern. One thread each on one core, seconds on the processor, "
        f"{'one run' if NUM_RUNS == 1 else f'the least of {NUM_RUNS} runs'}. Files are WAV of 32-bit floats. Discern: everything that `listen` measures and finds, reading the file left "
        "out (`cargo bench --bench hearing -- file PATH`). ffmpeg: a run with the filter less a run without it, and the whole run; it "
        "measures loudness, loudness range and true peak, nothing else. libsonare "
        f"{libsonare.__version__}, on arrays in memory: `mastering_audio_profile_stereo`, which measures loudness, spectrum, dynamics and tempo, the same with "
        "`detectDefects`, which looks for clicks, clipping, crackle, hum and noise in each channel; and `analyze`, tempo, beats, key, chords, sections, melody "
        "and timbre of one channel.\n")
    print("\n".join(common.table(head, rows)))


main()

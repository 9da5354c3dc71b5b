#!/usr/bin/env python3
"""Measures compressors side by side; started by `cargo xtask peers compressor`."""
import common
import dynamics
from dynamics import ATTACK_MS, RATIO, RELEASE_MS

LSP = "http://lsp-plug.in/plugins/lv2/compressor_stereo"
DARC = "http://gareus.org/oss/lv2/darc#stereo"
CALF = "http://calf.sourceforge.net/plugins/Compressor"
# Its third input is a side chain that is not used.
ZAM_INPUTS = "pan=3c|c0=c0|c1=c1|c2=0*c0"


def contestants(arguments):
    def discern(detector):
        return lambda threshold_db: common.discern(arguments.discern, dict(
            enabled="on", threshold_dbfs=threshold_db, ratio=RATIO, knee_db=0, attack_ms=ATTACK_MS, release_ms=RELEASE_MS,
            auto_release="off", detector=detector, sidechain_highpass_hz=20), arguments.discern_latency, "glue")

    def lsp(mode):
        return lambda threshold_db: common.lv2(LSP, dict(
            scm=mode, al=common.linear(threshold_db), cr=RATIO, kn=1, at=ATTACK_MS, rt=RELEASE_MS))

    def calf(detection):
        return lambda threshold_db: common.lv2(CALF, dict(
            threshold=common.linear(threshold_db), ratio=RATIO, knee=1, attack=ATTACK_MS, release=RELEASE_MS, detection=detection))

    return {
        "Discern glue, peak": discern("peak"),
        "Discern glue, RMS": discern("rms"),
        "LSP compressor, peak": lsp(0),
        "LSP compressor, RMS": lsp(1),
        "x42 darc": lambda threshold_db: common.lv2(DARC, dict(
            threshold=threshold_db, Ratio=1 - 1 / RATIO, attack=ATTACK_MS / 1000, release=RELEASE_MS / 1000)),
        "Calf compressor, peak": calf(1),
        "Calf compressor, RMS": calf(0),
        "ZamCompX2": lambda threshold_db: common.ladspa("ZamCompX2", {
            0: ATTACK_MS, 1: RELEASE_MS, 2: 0, 3: RATIO, 4: threshold_db, 5: 0}, ZAM_INPUTS, "pan=stereo|c0=c0|c1=c1"),
    }


def measure(make):
    threshold_db = dynamics.threshold_for(make, 100)
    distortion_db = dynamics.distortion_db(make(threshold_db))
    attack_ms, release_ms = dynamics.times_ms(make(dynamics.threshold_for(make, 1000)))
    processor = make(threshold_db)
    latency = processor.latency
    return [
        common.number(processor.instructions(), 0), common.number(distortion_db, 0), common.number(threshold_db, 1),
        common.number(attack_ms, 0), common.number(release_ms, 0),
        str(common.impulse_response(processor)[1] if latency is None else latency)]


def main():
    arguments = common.arguments()
    rows = []
    for name, make in contestants(arguments).items():
        rows.append([name, *measure(make)])
        print(rows[-1], flush=True)
    head = ["compressor", "instructions", "THD 100 Hz dB", "its threshold dB", f"attack of {ATTACK_MS} ms", f"release of {RELEASE_MS} ms",
            "latency"]
    lines = [
        f"Ratio {RATIO}:1, hard knee where there is one to set, {ATTACK_MS} and {RELEASE_MS} ms, feed-forward, no automatic release, no filter before the "
        "detector. Distortion of a sine of 100 Hz at −6 dBFS from which 6 dB are taken, by the threshold given; instructions with the "
        "same threshold. Attack and release as measured, in ms: a sine of 1 kHz steps from −46 to −6 dBFS, where 6 dB are taken, and "
        "back; the time from the step to 63 % of the movement in dB, detector included. Latency in samples at 48 kHz.", "",
        *common.table(head, rows)]
    common.write_section(arguments.output, "Compressor", lines)


main()

#!/usr/bin/env python3
"""Measures multiband dynamics side by side; started by `cargo xtask peers multiband`."""
import os

import numpy as np
import soundfile as sf

import common
import dynamics

LSP = "http://lsp-plug.in/plugins/lv2/mb_compressor_stereo"
CALF = "http://calf.sourceforge.net/plugins/MultibandCompressor"
CROSSOVERS_HZ = (120, 1000, 6000)
COUNTED_THRESHOLD_DBFS = -24.0


def discern(arguments):
    def make(threshold_db, ratio):
        settings = {"enabled": "on"}
        for idx, crossover_hz in enumerate(CROSSOVERS_HZ):
            settings[f"crossover_{idx + 1}_hz"] = crossover_hz
        band = dict(enabled="on", threshold_dbfs=threshold_db, ratio=ratio, knee_db=0, range_db=18,
                    attack_ms=dynamics.ATTACK_MS, release_ms=dynamics.RELEASE_MS)
        for idx in range(4):
            settings.update({f"band_{idx + 1}.{key}": value for key, value in band.items()})
        return common.discern(arguments.discern, settings, arguments.discern_latency, "multiband")
    return make


def lsp(mode):
    def make(threshold_db, ratio):
        # No weighting before the detectors, no analyser.
        controls = {"mode": mode, "envb": 0, "ife_l": 0, "ife_r": 0, "ofe_l": 0, "ofe_r": 0,
                    **{f"cbe_{idx}": int(idx in (2, 4, 6)) for idx in range(1, 8)},
                    **{f"sf_{idx}": crossover_hz for idx, crossover_hz in zip((2, 4, 6), CROSSOVERS_HZ)}}
        band = dict(al=common.linear(threshold_db), cr=ratio, kn=1, at=dynamics.ATTACK_MS, rt=dynamics.RELEASE_MS)
        for idx in (0, 2, 4, 6):
            controls.update({f"{key}_{idx}": value for key, value in band.items()})
        return common.lv2(LSP, controls)
    return make


def calf(mode):
    def make(threshold_db, ratio):
        controls = {"mode": mode, **{f"freq{idx}": crossover_hz for idx, crossover_hz in enumerate(CROSSOVERS_HZ)}}
        band = dict(threshold=common.linear(threshold_db), ratio=ratio, knee=1, bypass=0, attack=dynamics.ATTACK_MS,
                    release=dynamics.RELEASE_MS)
        for idx in range(4):
            controls.update({f"{key}{idx}": value for key, value in band.items()})
        return common.lv2(CALF, controls)
    return make


def measure(make, mix):
    idle = make(0.0, 1)
    at_hz = np.geomspace(20, 20000, 800)
    threshold_db = dynamics.threshold_for(lambda threshold_db: make(threshold_db, dynamics.RATIO), 100)
    latency = idle.latency
    return [
        common.number(make(COUNTED_THRESHOLD_DBFS, dynamics.RATIO).instructions(), 0),
        common.number(idle.instructions(), 0),
        common.number(common.difference_db(mix, idle.sound(mix)), 0),
        common.number(np.abs(common.response_db(idle, at_hz)).max(), 3),
        common.number(dynamics.distortion_db(make(threshold_db, dynamics.RATIO)), 0),
        common.number(threshold_db, 1),
        str(common.impulse_response(idle)[1] if latency is None else latency)]


def main():
    arguments = common.arguments()
    mix = sf.read(os.path.join(arguments.signals, "short.wav"), always_2d=True)[0]
    contestants = {
        "Discern": discern(arguments),
        "LSP multiband compressor, modern": lsp(1),
        "LSP multiband compressor, classic": lsp(0),
        "Calf multiband compressor, LR4": calf(0),
        "Calf multiband compressor, LR8": calf(1),
    }
    rows = []
    for name, make in contestants.items():
        rows.append([name, *measure(make, mix)])
        print(rows[-1], flush=True)
    head = ["multiband", "instructions", "at rest", "difference at rest dB", "flatness at rest dB", "THD 100 Hz dB", "its threshold dB",
            "latency"]
    lines = [
        f"Four bands with crossovers at {CROSSOVERS_HZ[0]} Hz, 1 and 6 kHz, all alike: ratio {dynamics.RATIO}:1, hard knee, "
        f"{dynamics.ATTACK_MS} and {dynamics.RELEASE_MS} ms, detectors as they come. Instructions with thresholds of "
        f"{COUNTED_THRESHOLD_DBFS:.0f} dB, and at rest (ratio 1:1, thresholds at 0 dB). At rest: the largest difference between output and mix "
        "after the best delay, against the largest sample; the worst gain from 20 Hz to 20 kHz. Distortion of a sine of 100 Hz at "
        "−6 dBFS from which 6 dB are taken, by the threshold given. Latency in samples at 48 kHz.".replace("of -", "of −"), "",
        *common.table(head, rows)]
    common.write_section(arguments.output, "Multiband dynamics", lines)


main()

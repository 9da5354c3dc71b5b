#!/usr/bin/env python3
"""Measures saturation side by side; started by `cargo xtask peers saturation`."""
import os

import numpy as np
import soundfile as sf

import common
import meters

CALF = "http://calf.sourceforge.net/plugins/Saturator"
WANTED_THD_DB, LEVEL_DBFS = -40.0, -6.0


def tone(frequency_hz):
    return common.linear(LEVEL_DBFS) * np.sin(2 * np.pi * frequency_hz * np.arange(4 * common.RATE) / common.RATE)


def aliasing_db(y, frequency_hz):
    """Everything from 20 Hz up that is not the tone or a harmonic of it, against the tone."""
    power = meters.spectrum(y, common.RATE)
    fundamental = meters.power_about(power, frequency_hz)
    for harmonic_hz in range(0, common.RATE // 2 + 1, frequency_hz):
        centre = harmonic_hz * 2
        power[max(0, centre - 40):centre + 41] = 0
    return 10 * np.log10(power.sum() / fundamental + 1e-20)


def contestants(arguments):
    """(makes it for a drive, least drive, most drive)"""
    def discern(character_percent, most_db=24.0):
        return (lambda drive: common.discern(
            arguments.discern, dict(enabled="on", drive_db=drive, character_percent=character_percent),
            arguments.discern_latency, "colour", "*chain::colour::Colour::process"), 0.0, most_db)

    # What even harmonics a sine gets is most at 9 dB.
    return {
        "Discern colour, even": discern(0, 6.0),
        "Discern colour, even and odd": discern(50),
        "Discern colour, odd": discern(100),
        "Calf saturator": (lambda drive: common.lv2(CALF, dict(drive=drive)), 0.1, 10.0),
        "ZamTube": (lambda drive: common.ladspa("ZamTube", {0: drive}), 0.1, 11.0),
        "ffmpeg asoftclip tanh ×4": (lambda drive: common.ffmpeg(
            f"volume={drive}dB,asoftclip=type=tanh:oversample=4,volume={-drive}dB"), -40.0, 24.0),
    }


def measure(make, least, most, mix):
    thd_db = lambda drive: meters.thd_db(make(drive).sound(tone(1000)), 1000, common.RATE)
    idle = make(least)
    rest_db = common.difference_db(mix, idle.sound(mix), with_gain=True)
    latency = idle.latency if idle.latency is not None else common.impulse_response(idle)[1]
    lowest_db, highest_db = thd_db(least), thd_db(most)
    is_matched = lowest_db < WANTED_THD_DB < highest_db
    drive = common.bisect(lambda drive: thd_db(drive) > WANTED_THD_DB, least, most) if is_matched else least
    processor = make(drive)
    return [
        common.number(processor.instructions(), 0), common.number(idle.instructions(), 0),
        common.number(thd_db(drive), 0), common.number(drive, 2),
        common.number(aliasing_db(processor.sound(tone(5000)), 5000), 0),
        common.number(rest_db, 0), common.number(lowest_db, 0), str(latency)]


def main():
    arguments = common.arguments()
    mix = sf.read(os.path.join(arguments.signals, "short.wav"), always_2d=True)[0]
    rows = []
    for name, (make, least, most) in contestants(arguments).items():
        rows.append([name, *measure(make, least, most, mix)])
        print(rows[-1], flush=True)
    head = ["saturation", "instructions", "at least drive", "THD 1 kHz dB", "by a drive of", "aliasing 5 kHz dB", "difference at least drive dB",
            "THD at least drive dB", "latency"]
    lines = [
        "Driven until a sine of 1 kHz at −6 dBFS has −40 dB of harmonics, by the drive given in its own unit, or left at its least "
        "drive where that has more already. Aliasing: everything but harmonics that such a sine of 5 kHz then holds, against the sine. At its least "
        "drive: the largest difference between output and mix after the best delay and gain, against the largest sample; "
        "the harmonics of the sine. Latency in samples at 48 kHz. LSP and x42 have no saturation; ffmpeg's clipper, between "
        "volumes, is there for comparison.", "",
        *common.table(head, rows)]
    common.write_section(arguments.output, "Saturation", lines)


main()

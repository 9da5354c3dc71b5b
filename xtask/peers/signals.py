#!/usr/bin/env python3
"""Writes the benchmarks' signals into a folder: a synthetic, licence-free programme and test tones.

usage: signals.py FOLDER      needs: numpy scipy soundfile

mix.wav      24 s of drums, bass, chords and lead, peak -4 dBFS ("the benchmark mix"); noise up to half the sample rate
short.wav    its first 4 s, for counting instructions
shorter.wav  its first 2 s, likewise
s30 s50      sines at half full scale (Hz)
imd.wav      60 Hz and 7 kHz, 4 to 1 (SMPTE RP 120)
isp.wav      a quarter of the sample rate at 45 degrees, gated: samples show 0.707 of the peak
impulse.wav  one sample of 0.1 at 0.5 s, for latency
All 48 kHz, stereo, 32-bit float, 4 s unless said otherwise.
"""
import os
import sys

import numpy as np
import soundfile as sf
from scipy import signal

RATE = 48000
SECONDS = 24
BEAT_S = 0.5
ROOTS_HZ = (55.0, 43.65, 65.41, 49.0)


def decay(length_s, attack_s=0.001):
    """Envelope of a drum and its time axis."""
    time = np.arange(int(length_s * 6 * RATE)) / RATE
    return np.minimum(1, time / attack_s) * np.exp(-time / length_s), time


def kick(random):
    envelope, time = decay(0.09)
    frequency = 48 + 110 * np.exp(-time / 0.03)
    body = envelope * np.sin(2 * np.pi * np.cumsum(frequency) / RATE)
    return 0.9 * body + 0.2 * np.exp(-time / 0.002) * random.standard_normal(len(time)) * 0.3


def snare(random):
    envelope, time = decay(0.06)
    return 0.35 * envelope * random.standard_normal(len(time)) + 0.3 * envelope * np.sin(2 * np.pi * 190 * time)


def hat(random):
    envelope, time = decay(0.02)
    b, a = signal.butter(4, 7000, "high", fs=RATE)
    return 0.25 * envelope * signal.lfilter(b, a, random.standard_normal(len(time)))


def mix():
    """The benchmark mix; the order of random draws is part of it."""
    random = np.random.default_rng(7)
    count = RATE * SECONDS
    left, right = np.zeros(count), np.zeros(count)

    def add(sound, at_s, left_gain=1.0, right_gain=1.0):
        start = int(at_s * RATE)
        length = min(len(sound), count - start)
        if length > 0:
            left[start:start + length] += left_gain * sound[:length]
            right[start:start + length] += right_gain * sound[:length]

    for beat in range(int(SECONDS / BEAT_S)):
        add(kick(random), beat * BEAT_S)
        if beat % 2 == 1:
            add(snare(random), beat * BEAT_S)
        for half in (0, 0.5):
            add(hat(random), (beat + half) * BEAT_S, 0.7, 1.0)

    bar = np.arange(2 * RATE) / RATE
    for index in range(SECONDS // 2):
        root = ROOTS_HZ[index % 4]
        bass = sum(np.sin(2 * np.pi * root * k * bar) / k**1.5 for k in range(1, 12))
        add(0.22 * bass * (0.5 + 0.5 * np.abs(np.sin(2 * np.pi * 2 * bar))), index * 2)
    for index in range(SECONDS // 2):
        root = ROOTS_HZ[index % 4] * 4
        for ratio, pan in ((1, 0.2), (1.26, 0.5), (1.498, 0.8), (2, 0.35)):
            for detune, side in ((0.997, -0.2), (1.003, 0.2)):
                note = root * ratio * detune
                chord = sum(np.sin(2 * np.pi * note * k * bar + random.uniform(0, 6.28)) / k
                            for k in range(1, int(min(24, 18000 / note))))
                chord *= 0.018 * np.minimum(1, bar / 0.05) * np.minimum(1, (2 - bar) / 0.05)
                angle = np.clip(pan + side, 0, 1) * np.pi / 2
                add(chord, index * 2, np.cos(angle), np.sin(angle))

    time = np.arange(count) / RATE
    notes = 440 * 2 ** (np.repeat(random.integers(-5, 8, size=SECONDS * 2), RATE // 2) / 12)
    phase = 2 * np.pi * np.cumsum(notes * (1 + 0.004 * np.sin(2 * np.pi * 5.5 * time))) / RATE
    lead = 0.07 * sum(np.sin(k * phase) / k for k in range(1, 9))
    stereo = np.stack([left + lead, right + lead], 1)
    stereo[8 * RATE:12 * RATE] *= 0.35
    return stereo * 10 ** (-4 / 20) / np.abs(stereo).max()


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    time = np.arange(4 * RATE) / RATE

    def write(name, sound):
        stereo = sound if sound.ndim == 2 else np.stack([sound, sound], 1)
        sf.write(os.path.join(folder, name), stereo.astype(np.float32), RATE, subtype="FLOAT")

    programme = mix()
    write("mix.wav", programme)
    write("short.wav", programme[:4 * RATE])
    write("shorter.wav", programme[:2 * RATE])
    write("s30.wav", 0.5 * np.sin(2 * np.pi * 30 * time))
    write("s50.wav", 0.5 * np.sin(2 * np.pi * 50 * time))
    write("imd.wav", 0.4 * np.sin(2 * np.pi * 60 * time) + 0.1 * np.sin(2 * np.pi * 7000 * time))
    gate = np.sin(2 * np.pi * 3 * time) > 0
    write("isp.wav", 0.5 * np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4) * gate)
    impulse = np.zeros(4 * RATE)
    impulse[RATE // 2] = 0.1
    write("impulse.wav", impulse)


main()

"""Meters that know nothing of Discern: loudness, true peak three ways, distortion."""
import re
import subprocess

import numpy as np
import pyloudnorm
from scipy import signal

# ITU-R BS.1770-5, annex 2: phases 0 and 1; 3 and 2 are these backwards.
PHASES = np.array([
    [0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
     0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500],
    [-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
     0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375]])


def decibels(gain):
    return 20 * np.log10(gain + 1e-12)


def loudness_lufs(x, rate):
    return pyloudnorm.Meter(rate).integrated_loudness(x)


def sample_peak_db(x):
    return decibels(np.abs(x).max())


def annex_2_db(x):
    """The larger of the samples and the annex's four phases, dBTP."""
    taps = [phase for pair in PHASES for phase in (pair, pair[::-1])]
    return decibels(max(np.abs(x).max(), *(np.abs(np.convolve(x[:, c], h)).max() for c in range(x.shape[1]) for h in taps)))


def fine_db(x, factor=16, block=1 << 19, guard=2048):
    """Peak of the ideal band-limited signal on a grid `factor` times as fine, dBTP; block by block, their ends left out."""
    x = np.concatenate([np.zeros((guard, x.shape[1])), x, np.zeros((guard, x.shape[1]))])
    fade = np.ones(block)
    fade[:guard // 2] = np.linspace(0, 1, guard // 2)
    fade[-(guard // 2):] = fade[:guard // 2][::-1]
    peak = 0.0
    for start in range(0, len(x) - 2 * guard, block - 2 * guard):
        part = x[start:start + block]
        part = np.pad(part, ((0, block - len(part)), (0, 0))) * fade[:, None]
        for channel in part.T:
            fine = signal.resample(channel, block * factor)
            peak = max(peak, np.abs(fine[guard * factor:-guard * factor]).max())
    return decibels(peak)


def ffmpeg_dbtp(path):
    """What ffmpeg's ebur128 filter prints for a file."""
    text = subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"],
                          capture_output=True, text=True).stderr
    return float(re.findall(r"True peak:\s+Peak:\s+(\S+) dBFS", text)[-1])


def spectrum(x, rate):
    """Power per half hertz of seconds 1 to 3 of the first channel."""
    part = x[rate:rate * 3, 0]
    return np.abs(np.fft.rfft(part * signal.windows.blackmanharris(len(part)))) ** 2


def power_about(power, frequency_hz, half_width_hz=4):
    centre = int(round(frequency_hz * 2))
    return power[max(0, centre - half_width_hz * 2):centre + half_width_hz * 2 + 1].sum()


def thd_db(x, frequency_hz, rate):
    power = spectrum(x, rate)
    harmonics = sum(power_about(power, frequency_hz * k) for k in range(2, 40) if frequency_hz * k < rate / 2 - 10)
    return 10 * np.log10(harmonics / power_about(power, frequency_hz) + 1e-20)


def imd_db(x, rate):
    """SMPTE: side bands of 7 kHz at multiples of 60 Hz."""
    power = spectrum(x, rate)
    side_bands = sum(power_about(power, 7000 + 60 * k) for k in range(-10, 11) if k)
    return 10 * np.log10(side_bands / power_about(power, 7000) + 1e-20)

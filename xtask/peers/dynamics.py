"""What multiband dynamics and compressors have in common: the tones and what is read from them."""
import numpy as np

import common
import meters

ATTACK_MS, RELEASE_MS, RATIO, WANTED_DB = 30, 200, 2, 6.0
QUIET_DBFS, LOUD_DBFS = -46.0, -6.0
# Seconds of quiet, loud, quiet.
PARTS_S = (1, 4, 2)


def tone(frequency_hz):
    """A sine, quiet, loud and quiet again; the steps where it crosses zero."""
    level = np.repeat([common.linear(QUIET_DBFS), common.linear(LOUD_DBFS), common.linear(QUIET_DBFS)],
                      np.array(PARTS_S) * common.RATE)
    return level * np.sin(2 * np.pi * frequency_hz * np.arange(len(level)) / common.RATE)


def gain_db(x, y, frequency_hz):
    """Gain of the tone over time, averaged over a period."""
    period = round(common.RATE / frequency_hz)
    carrier = np.exp(-2j * np.pi * frequency_hz * np.arange(len(x)) / common.RATE)
    level = lambda z: np.abs(np.convolve(z * carrier, np.ones(period) / period, "same"))
    return 20 * np.log10((level(y) + 1e-9) / (level(x) + 1e-9))


def reduction_db(processor, frequency_hz):
    """Gain of the quiet tone above that of the loud one, and the answer to the tone."""
    x = tone(frequency_hz)
    y = processor.sound(x)
    gain = gain_db(x, y[:, 0], frequency_hz)
    middle = lambda start_s, end_s: gain[int(start_s * common.RATE):int(end_s * common.RATE)].mean()
    return middle(0.5, 0.9) - middle(PARTS_S[0] + 2, PARTS_S[0] + PARTS_S[1] - 0.1), x, y


def threshold_for(make, frequency_hz, low_db=-50.0, high_db=-8.0):
    """Threshold at which `make(threshold)` takes 6 dB off the loud tone."""
    return common.bisect(lambda threshold_db: reduction_db(make(threshold_db), frequency_hz)[0] < WANTED_DB, low_db, high_db)


def distortion_db(processor, frequency_hz=100):
    """Harmonics of the loud tone at rest: seconds 2 to 4 of it."""
    _, _, y = reduction_db(processor, frequency_hz)
    return meters.thd_db(y[PARTS_S[0] * common.RATE:], frequency_hz, common.RATE)


def times_ms(processor, frequency_hz=1000):
    """From each step to 63 % of what it makes the gain move, ms."""
    _, x, y = reduction_db(processor, frequency_hz)
    gain = gain_db(x, y[:, 0], frequency_hz)
    up, down = PARTS_S[0] * common.RATE, (PARTS_S[0] + PARTS_S[1]) * common.RATE
    rest, held = gain[up - common.RATE // 4:up - common.RATE // 20].mean(), gain[down - common.RATE:down - common.RATE // 20].mean()
    # Over the step itself the average over a period says nothing.
    skip = round(common.RATE / frequency_hz)
    first = lambda is_there, start: (int(np.argmax(is_there[start + skip:])) + skip) / common.RATE * 1000
    attack_ms = first(gain < rest + 0.632 * (held - rest), up)
    release_ms = first(gain > held + 0.632 * (rest - held), down)
    return attack_ms, release_ms

#!/usr/bin/env python3
"""Measures equalizers side by side; started by `cargo xtask peers equalizer`."""
import numpy as np
from scipy.optimize import minimize_scalar

import common

LSP = "http://lsp-plug.in/plugins/lv2/para_equalizer_x16_stereo"
FIL4 = "http://gareus.org/oss/lv2/fil4#stereo"
CALF = "http://calf.sourceforge.net/plugins/Equalizer8Band"
Q_SHELF = 0.7071

# (shape, frequency in Hz, gain in dB): what every one of them has, and what only those have whose bands are free.
FIXED = [("low_cut", 30, 0), ("low_shelf", 100, 3), ("bell", 250, -2), ("bell", 1000, 2), ("bell", 4000, -2), ("bell", 16000, 6),
         ("high_shelf", 10000, 3), ("high_cut", 20000, 0)]
FREE = [("low_shelf", 100, 3), ("bell", 60, -2), ("bell", 250, -2), ("bell", 1000, 2), ("bell", 4000, -2), ("bell", 8000, 3),
        ("bell", 16000, 6), ("high_shelf", 10000, 3)]
TARGETS = {"bell 16 kHz": ("bell", 16000, 20000), "bell 8 kHz": ("bell", 8000, 20000), "high shelf 10 kHz": ("high_shelf", 10000, 16000)}


def prototype_db(shape, frequency_hz, gain_db, q, at_hz):
    """The analogue bell or high shelf (R. Bristow-Johnson's cookbook) at frequencies."""
    a, s = 10 ** (gain_db / 40), 1j * at_hz / frequency_hz
    if shape == "bell":
        h = (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
    else:
        h = a * (a * s * s + s * np.sqrt(a) / q + 1) / (s * s + s * np.sqrt(a) / q + a)
    return 20 * np.log10(np.abs(h))


class Discern:
    q_range, has_free_bands = None, True

    def __init__(self, arguments, mode):
        self.arguments, self.mode = arguments, mode

    def make(self, bands, qs):
        settings = {"enabled": "on"}
        for idx in range(8):
            if idx < len(bands):
                shape, frequency_hz, gain_db = bands[idx]
                band = dict(shape=shape, frequency_hz=frequency_hz, gain_db=gain_db, q=qs.get(shape, 0.7071))
            else:
                band = dict(enabled="off")
            settings.update({f"band_{idx + 1}.{key}": value for key, value in band.items()})
        return common.discern(self.arguments.discern, settings, self.arguments.discern_latency, "equalizer")


class Lsp:
    """The package has 16 and 32 bands; those not in use are off."""
    TYPES = dict(bell=1, low_cut=2, high_shelf=3, high_cut=4, low_shelf=5)
    has_free_bands = True

    def __init__(self, mode):
        self.mode, self.q_range = mode, (0.01, 30)

    def make(self, bands, qs):
        controls = {}
        for idx, (shape, frequency_hz, gain_db) in enumerate(bands):
            values = dict(ft=self.TYPES[shape], fm=self.mode, s=0, f=frequency_hz, g=common.linear(gain_db), q=qs.get(shape, 0.7071))
            controls.update({f"{key}_{idx}": value for key, value in values.items()})
        return common.lv2(LSP, controls)


class Fil4:
    q_range, has_free_bands = (0.0625, 4), False

    def make(self, bands, qs):
        names = dict(low_cut=("HighPass", "HPfreq", "HPQ", ""), high_cut=("LowPass", "LPfreq", "LPQ", ""),
                     low_shelf=("LSsec", "LSfreq", "LSq", "LSgain"), high_shelf=("HSsec", "HSfreq", "HSq", "HSgain"))
        controls, bell = dict(LSsec=0, HSsec=0, sec1=0, sec2=0, sec3=0, sec4=0), 0 if len(bands) > 1 else 3
        for shape, frequency_hz, gain_db in bands:
            if shape == "bell":
                bell += 1
            keys = names.get(shape, (f"sec{bell}", f"freq{bell}", f"q{bell}", f"gain{bell}"))
            controls.update(zip(keys, (1, frequency_hz, qs.get(shape, 0.7), gain_db)))
        return common.lv2(FIL4, {key: value for key, value in controls.items() if key})


class Calf:
    q_range, has_free_bands = (0.1, 10), False

    def make(self, bands, qs):
        names = dict(low_cut="hp", high_cut="lp", low_shelf="ls", high_shelf="hs")
        controls, bell = {}, 0
        for shape, frequency_hz, gain_db in bands:
            bell += shape == "bell"
            name = names.get(shape, f"p{bell}")
            controls.update({f"{name}_active": 1, f"{name}_freq": frequency_hz, f"{name}_q": qs.get(shape, 0.7071)})
            controls.update({f"{name}_mode": 0} if shape.endswith("cut") else {f"{name}_level": common.linear(gain_db)})
        return common.lv2(CALF, controls)


def deviation_db(contestant, shape, frequency_hz, highest_hz, q, rate=common.RATE):
    """Worst difference from the prototype with Q 1 (bell) or Q √½ (shelf) by 6 dB, from 20 Hz up."""
    at_hz = np.geomspace(20, highest_hz, 400)
    processor = contestant.make([(shape, frequency_hz, 6)], {shape: q})
    wanted = prototype_db(shape, frequency_hz, 6, own_q(shape), at_hz)
    return np.abs(common.response_db(processor, at_hz, rate) - wanted).max()


def own_q(shape):
    return 1.0 if shape == "bell" else Q_SHELF


def fit(contestant, shape):
    """The setting of its width that comes closest to the prototype at 1 kHz, up to 8 kHz, and how close."""
    if contestant.q_range is None:
        return own_q(shape), deviation_db(contestant, shape, 1000, 8000, own_q(shape))
    found = minimize_scalar(lambda log_q: deviation_db(contestant, shape, 1000, 8000, np.exp(log_q)),
                            bounds=np.log(contestant.q_range), method="bounded", options=dict(xatol=0.003, maxiter=25))
    return float(np.exp(found.x)), float(found.fun)


def measure(contestant):
    qs, cells, misses = {}, [], []
    for shape in ("bell", "high_shelf"):
        qs[shape], miss = fit(contestant, shape)
        misses.append(f"{common.number(qs[shape])}, {common.number(qs[shape] and miss)}")
    for shape, frequency_hz, highest_hz in TARGETS.values():
        cells.append(" / ".join(common.number(deviation_db(contestant, shape, frequency_hz, highest_hz, qs[shape], rate))
                                for rate in (44100, 48000)))
    qs["low_shelf"] = qs["high_shelf"]
    fixed = contestant.make(FIXED, qs)
    latency = fixed.latency
    if latency is None:
        latency = common.impulse_response(contestant.make([("bell", 1000, 6)], qs))[1]
    free = contestant.make(FREE, qs).instructions() if contestant.has_free_bands else None
    return [common.number(fixed.instructions(), 0), common.number(free, 0), *cells, *misses, str(latency)]


def main():
    arguments = common.arguments()
    contestants = {
        "Discern": Discern(arguments, "standard"),
        "LSP parametric ×16, RLC (BT)": Lsp(0),
        "LSP parametric ×16, RLC (MT)": Lsp(1),
        "LSP parametric ×16, APO (DR)": Lsp(6),
        "x42 fil4": Fil4(),
        "Calf 8 band": Calf(),
    }
    rows = []
    for name, contestant in contestants.items():
        rows.append([name, *measure(contestant)])
        print(rows[-1], flush=True)
    head = ["equalizer", "instructions, 8 filters", "6 bells, 2 shelves", *(f"{name}, 44.1 / 48 kHz" for name in TARGETS),
            "bell: width, miss", "shelf: width, miss", "latency"]
    lines = [
        "Eight filters that every one of them has: low cut 30 Hz, shelves at 100 Hz and 10 kHz by 3 dB, bells at 250 Hz, 1, 4 and "
        "16 kHz, high cut 20 kHz; cuts of 12 dB per octave. Then six bells and two shelves where the bands are free. Deviations are "
        "the worst in dB from the analogue prototype with 6 dB (bells with Q 1, from 20 Hz to 20 kHz; the shelf with Q √½, to 16 kHz). "
        "Each has its own measure of width: the setting used is the one that comes closest to the prototype at 1 kHz and 48 kHz, up to "
        "8 kHz; it is given with what it misses there, in dB. LSP's package has no eight bands, so eight of sixteen are in use; its "
        "filters come in designs, three of which are here. Latency in samples at 48 kHz.", "",
        *common.table(head, rows)]
    common.write_section(arguments.output, "Equalizer", lines)


main()

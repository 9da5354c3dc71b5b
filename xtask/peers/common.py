"""What all tables share: running processors on sounds, counting instructions, writing a page's sections."""
import argparse
import functools
import os
import re
import subprocess
import tempfile

import numpy as np
import soundfile as sf

RATE = 48000


def linear(db):
    return 10 ** (db / 20)


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                            env={**os.environ, "LADSPA_PATH": "/usr/lib/ladspa"})
    if result.returncode:
        raise RuntimeError(f"{command[0]}: {result.stderr.strip()[-200:]}")
    return result


def callgrind(line, function=None):
    """Instructions of a whole run, or of one function in it."""
    with tempfile.TemporaryDirectory() as folder:
        # A binary may be started by a script; the last process to end is the one that worked.
        options = ["--trace-children=yes", f"--callgrind-out-file={folder}/%p"]
        options += [f"--toggle-collect={function}"] if function else []
        counts = re.findall(r"Collected : (\d+)", run(["valgrind", "--tool=callgrind", *options, *line]).stderr)
        if not counts:
            raise RuntimeError("valgrind counted nothing")
        return int(counts[-1])


@functools.lru_cache(maxsize=None)
def slope(line, function=None):
    """Instructions per frame of a run, or of one function in it: those of 4 s above those of 2 s, so that nothing of start and end is in it."""
    with tempfile.TemporaryDirectory() as folder:
        counts = []
        for source in ("short.wav", "shorter.wav"):
            parts = [{"SOURCE": os.path.join(SIGNALS[0], source), "TARGET": os.path.join(folder, "out.wav")}.get(part, part)
                     for part in line]
            counts.append(callgrind(parts, function))
        return (counts[0] - counts[1]) / (2 * RATE)


# Folder of the signals, set by `arguments`.
SIGNALS = [""]


class Processor:
    """A command line, as made by `line(source, target)`; `idle_line` is the same run without the processor.

    Where `function` is given, its instructions are those of the processor, and there is no idle line.
    """

    def __init__(self, line, idle_line, latency=None, function=None):
        self.line, self.idle_line, self.latency, self.function = line, idle_line, latency, function

    def file(self, source, target):
        run(self.line(source, target))

    def sound(self, x, rate=RATE):
        """What it makes of a sound: one column for both channels, or two."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
            x = np.stack([x, x], 1) if x.ndim == 1 else x
            sf.write(source, x.astype(np.float32), rate, subtype="FLOAT")
            self.file(source, target)
            return sf.read(target, always_2d=True)[0]

    def instructions(self):
        """Per stereo frame of the benchmark mix, above those of the idle line; nothing where that fails."""
        try:
            if self.function:
                # 0: the function is not there under this name.
                return slope(tuple(self.line("SOURCE", "TARGET")), self.function) or None
            return slope(tuple(self.line("SOURCE", "TARGET"))) - slope(tuple(self.idle_line("SOURCE", "TARGET")))
        except RuntimeError as error:
            print("   not counted:", error)
            return None


def ffmpeg_line(filters, source, target, rate=None):
    rate = rate or (RATE if source == "SOURCE" else sf.info(source).samplerate)
    return ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", "-i", source, "-af", filters,
            "-ar", str(rate), "-c:a", "pcm_f32le", target]


def ffmpeg(filters, before="", after=""):
    """Filters of ffmpeg; the idle run has a volume of 1 dB on the same sample format, `before` and `after` are in both."""
    chain = lambda middle: ",".join(part for part in (before, middle, after) if part)
    return Processor(lambda source, target: ffmpeg_line(chain(filters), source, target),
                     lambda source, target: ffmpeg_line(chain("aformat=sample_fmts=fltp,volume=1dB"), source, target))


def lv2_filter(uri, controls):
    escaped = uri.replace(":", "\\:")
    return f"lv2=p='{escaped}':c=" + "|".join(f"{key}={value}" for key, value in controls.items())


def lv2(uri, controls):
    return ffmpeg(lv2_filter(uri, controls))


def ladspa(name, controls, before="", after=""):
    """A plugin of zam-plugins; ffmpeg does not load their LV2 versions."""
    values = "|".join(f"c{idx}={value}" for idx, value in controls.items())
    return ffmpeg(f"ladspa=file={name}-ladspa:plugin={name}:controls={values}", before, after)


def discern(binary, settings, latency, stage, function=None):
    """Discern's chain with nothing but `settings` of `stage`, its limiter off; in the idle run that stage is off too."""
    def line(values):
        return lambda source, target: [
            binary, "render", source, "-o", target, "--bits", "32f", "--overwrite", "--set", "limiter.enabled=off",
            *(part for key, value in values.items() for part in ("--set", f"{stage}.{key}={value}"))]

    return Processor(line(settings), line({"enabled": "off"}), latency, function)


def impulse_response(processor, rate=RATE, level=0.1):
    """The answer to one sample of `level` after half a second, divided by it, from that sample on; and its latency."""
    x = np.zeros(rate)
    x[rate // 2] = level
    y = processor.sound(x, rate)[:, 0] / level
    return y[rate // 2:], int(np.abs(y).argmax()) - rate // 2


def response_db(processor, frequencies_hz, rate=RATE):
    """Gain at each frequency, dB."""
    h, _ = impulse_response(processor, rate)
    return 20 * np.log10(np.abs(np.exp(-2j * np.pi * np.outer(frequencies_hz, np.arange(len(h))) / rate) @ h) + 1e-12)


def difference_db(x, y, with_gain=False):
    """Largest difference after the best delay in whole samples (and gain), against the largest sample, dB; −∞ for none."""
    x, y = x[:, 0], y[:, 0]
    size = 1 << (2 * len(x) - 1).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(y, size) * np.conj(np.fft.rfft(x, size)))
    delay = int(correlation[:RATE].argmax())
    x, y = x[:len(x) - delay][RATE // 4:], y[delay:][RATE // 4:]
    gain = (x @ y) / (x @ x) if with_gain else 1.0
    difference = np.abs(y - gain * x).max() / np.abs(gain * x).max()
    return 20 * np.log10(difference) if difference > 0 else -np.inf


def bisect(is_too_high, low, high, steps=10):
    """The value at which `is_too_high` begins."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (low, middle) if is_too_high(middle) else (middle, high)
    return (low + high) / 2


def number(value, places=2):
    if value is None:
        return "n/a"
    if value == -np.inf:
        return "none"
    text = "0" if value == 0 else f"{value:.{places}f}"
    return (text if text.strip("-0.") else text.lstrip("-")).replace("-", "−")


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def arguments():
    """The options that the tables of the chain share; those of the limiter's are passed over."""
    parser = argparse.ArgumentParser()
    for option in ("--signals", "--discern", "--output"):
        parser.add_argument(option, required=True)
    parser.add_argument("--discern-latency", type=int, required=True)
    parser.add_argument("--no-instructions", action="store_true")
    parsed, _ = parser.parse_known_args()
    SIGNALS[0] = parsed.signals
    if parsed.no_instructions:
        Processor.instructions = lambda self: None
    return parsed


SECTIONS = ("Equalizer", "Multiband dynamics", "Compressor", "Saturation")
PREFACE = """# The chain's stages beside others

Written by `cargo xtask peers`; each table by one run with one method. Every processor runs on the same files, the plugins in
ffmpeg. Instructions are per stereo frame at 48 kHz, counted by callgrind: those of 4 s of the benchmark mix above those of its
first 2 s, which leaves out starting, loading and ending; less the same of a run without the processor (ffmpeg: `volume` on the
same sample format; Discern: `discern-cli render` with the stage off; its limiter and colour delay
when off too, so those are counted by their function). An instruction may work on one number or on eight: LSP's
plugins take AVX where the machine has it, Discern is built for any x86-64.
"""


def write_section(path, title, lines):
    """Puts a section of the page in its place; leaves the others as they are."""
    sections = {}
    if os.path.exists(path):
        for part in open(path, encoding="utf-8").read().split("\n## ")[1:]:
            name, _, body = part.partition("\n")
            sections[name] = body.strip("\n")
    sections[title] = "\n".join(lines)
    with open(path, "w", encoding="utf-8") as file:
        file.write(PREFACE)
        for name in SECTIONS:
            if name in sections:
                file.write(f"\n## {name}\n\n{sections[name].strip()}\n")

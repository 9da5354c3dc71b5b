"""Renders a song through a built .vst3 in pedalboard, an independent host, as a job file says."""

import json
import sys

import numpy as np
import pedalboard


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    rate = float(job["sample_rate_hz"])
    plugin = pedalboard.load_plugin(job["plugin"])
    by_name = {parameter.name: parameter for parameter in plugin.parameters.values()}
    for name, value in job["values"].items():
        by_name[name].raw_value = value
    song = np.fromfile(job["input"], dtype=np.float32).reshape(job["channels"], -1)

    # Values set from outside arrive with the first block. A second of silence takes them in; the reset before the
    # song then makes them hold from its first sample.
    plugin.process(np.zeros((job["channels"], int(rate)), dtype=np.float32), rate, reset=True)
    master = plugin.process(song, rate, buffer_size=512, reset=True)
    if master.shape != song.shape:
        sys.exit(f"the plugin returned {master.shape} for {song.shape}")
    for name, value in job["values"].items():
        if abs(by_name[name].raw_value - value) > 1e-6:
            sys.exit(f"{name} is {by_name[name].raw_value}, not {value}")
    np.ascontiguousarray(master, dtype=np.float32).tofile(job["output"])


if __name__ == "__main__":
    main()

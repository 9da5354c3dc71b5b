"""Masters the songs of a folder with Matchering and with libsonare's mastering assistant.

behaviour.py FOLDER REFERENCE: every FOLDER/given/NAME.wav becomes FOLDER/matchering/NAME.wav, mastered after
FOLDER/given/REFERENCE.wav, and FOLDER/libsonare/NAME.wav, mastered as the assistant suggests. Nothing is written for a
song that a program does not take.
"""

import multiprocessing
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile


def matchering(source, result, reference):
    import matchering as mg

    if source == reference:
        return
    # Float, since what it makes may not be cut; its own limiter holds full scale.
    mg.process(target=str(source), reference=str(reference), results=[mg.Result(str(result), subtype="FLOAT")])


def libsonare(source, result, _reference):
    import libsonare as sonare

    audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    left, right = np.ascontiguousarray(audio[:, 0]), np.ascontiguousarray(audio[:, -1])
    chain = sonare.mastering_assistant_suggest_chain_stereo(left, right, rate)
    mastered = sonare.mastering_chain_stereo(left, right, rate, chain)
    soundfile.write(result, np.stack([mastered.left, mastered.right], axis=1), mastered.sample_rate, subtype="FLOAT")


PEERS = {"matchering": matchering, "libsonare": libsonare}


def master(job):
    peer, source, result, reference = job
    try:
        PEERS[peer](source, result, reference)
    except Exception as error:  # a song that is not taken is counted, not fatal
        print(f"{peer}: {source.name}: {error}", file=sys.stderr)


def main():
    folder, reference = Path(sys.argv[1]), sys.argv[2]
    given = folder / "given"
    jobs = []
    for peer in PEERS:
        made = folder / peer
        made.mkdir(exist_ok=True)
        (made / "version.txt").write_text(version(peer))
        for old in made.glob("*.wav"):
            old.unlink()
        jobs += [(peer, source, made / source.name, given / f"{reference}.wav") for source in sorted(given.glob("*.wav"))]
    with multiprocessing.Pool(2) as pool:
        pool.map(master, jobs, chunksize=1)


if __name__ == "__main__":
    main()

"""Roots and inclusion paths as PyPI's pymerkle computes them, for the test to compare with ours.

    roots.py SIZE_MAX

For each size from 0 on a JSON line {"size", "root", "paths"}; entry number n is the text "record n". pymerkle's path
begins with the entry itself, which RFC 6962 leaves out; the rest has the same order. Its consistency proofs are
encoded its own way and are not compared.
"""

import json
import sys

from pymerkle import InmemoryTree


def main():
    size_max = int(sys.argv[1])
    tree = InmemoryTree(algorithm="sha256")
    for size in range(size_max + 1):
        # pymerkle counts entries from 1.
        paths = [tree.prove_inclusion(number, size).path[1:] for number in range(1, size + 1)]
        line = {
            "size": size,
            "root": tree.get_state(size).hex(),
            "paths": [[step.hex() for step in path] for path in paths],
        }
        print(json.dumps(line))
        tree.append_entry(b"record %d" % size)


main()

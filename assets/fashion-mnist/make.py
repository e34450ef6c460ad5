#!/usr/bin/env python3
"""Makes the bundled subset of Fashion-MNIST from Debian's package dataset-fashion-mnist.

Of each of the ten classes the first 600 images of the training file are for training and the next
100 for validation; an image that was already taken (byte for byte) is passed over. The file's order
is kept. The t10k file is not touched, so test images stay unseen. The same input gives the same
bytes wherever zlib compresses alike.

    python3 assets/fashion-mnist/make.py [/usr/share/datasets/fashion-mnist]
"""
import gzip
import pathlib
import struct
import sys

TRAIN, VALIDATION = 600, 100
SIDE = 28
HERE = pathlib.Path(__file__).resolve().parent


def write(name: str, header: bytes, payload: bytes) -> None:
    with open(HERE / name, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(header + payload)


def main() -> None:
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    images = gzip.decompress((source / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((source / "train-labels-idx1-ubyte.gz").read_bytes())
    assert struct.unpack(">4I", images[:16]) == (0x803, 60000, SIDE, SIDE)
    assert struct.unpack(">2I", labels[:8]) == (0x801, 60000)
    images, labels = images[16:], labels[8:]

    parts = {"train": (bytearray(), bytearray()), "validation": (bytearray(), bytearray())}
    taken, seen = [0] * 10, set()
    for index, label in enumerate(labels):
        image = images[index * SIDE * SIDE : (index + 1) * SIDE * SIDE]
        if taken[label] == TRAIN + VALIDATION or image in seen:
            continue
        pixels, classes = parts["train" if taken[label] < TRAIN else "validation"]
        pixels += image
        classes.append(label)
        taken[label] += 1
        seen.add(image)
    assert taken == [TRAIN + VALIDATION] * 10

    for part, (pixels, classes) in parts.items():
        count = len(classes)
        write(f"{part}-images-idx3-ubyte.gz", struct.pack(">4I", 0x803, count, SIDE, SIDE), bytes(pixels))
        write(f"{part}-labels-idx1-ubyte.gz", struct.pack(">2I", 0x801, count), bytes(classes))


if __name__ == "__main__":
    main()

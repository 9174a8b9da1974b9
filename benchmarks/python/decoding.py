"""What a JPEG costs until a network can take it, by libraries for Python.

The same photographs as DecodingBenchmark's, to the same square of 224 pixels: the middle of the
picture, antialiased. Files are read beforehand; the ways take turns; the processor's time of one
thread counts, in medians of 7 rounds.

    pip install -r benchmarks/python/requirements-decoding.txt
    python benchmarks/python/decoding.py KAGGLE/train PETS/train LARGE 40

LARGE is the folder that DecodingBenchmark writes photographs of 12 megapixels to.
"""

import io
import statistics
import sys
import time
from pathlib import Path

import cv2
import numpy
import simplejpeg
from PIL import Image

SIDE = 224
ROUNDS = 7
WARM_UPS = 2
REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def photographs(folder, most):
    files = sorted(Path(folder).glob("*.jpg"))
    step = max(1, len(files) // most)
    return [file.read_bytes() for file in files[::step][:most]]


def reduction(width, height):
    """As the library chooses it: twice as many pixels as the network sees are left."""
    by = 8
    while by > 1 and min(width, height) // by < 2 * SIDE:
        by //= 2
    return by


def middle(width, height):
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def pillow(file):
    image = Image.open(io.BytesIO(file))
    by = reduction(*image.size)
    if by > 1:
        image.draft("RGB", (image.width // by, image.height // by))
    image = image.convert("RGB")
    return image.resize((SIDE, SIDE), Image.BILINEAR, box=middle(*image.size))


def area(pixels):
    left, top, right, bottom = middle(pixels.shape[1], pixels.shape[0])
    return cv2.resize(pixels[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def opencv(file):
    height, width, _, _ = simplejpeg.decode_jpeg_header(file)
    return area(cv2.imdecode(numpy.frombuffer(file, numpy.uint8), REDUCED[reduction(width, height)]))


def simple(file):
    height, width, _, _ = simplejpeg.decode_jpeg_header(file)
    by = reduction(width, height)
    return area(
        simplejpeg.decode_jpeg(file, "RGB", min_height=height // by, min_width=width // by)
        if by > 1
        else simplejpeg.decode_jpeg(file, "RGB")
    )


def measure(files):
    ways = {"Pillow": pillow, "OpenCV": opencv, "simplejpeg and OpenCV": simple}
    times = {name: [] for name in ways}
    for round_number in range(-WARM_UPS, ROUNDS):
        for name, way in ways.items():
            start = time.process_time()
            for file in files:
                way(file)
            if round_number >= 0:
                times[name].append((time.process_time() - start) * 1e3 / len(files))
    print(f"{len(files)} photographs")
    for name, all_rounds in times.items():
        print(f"  {name:46} {statistics.median(all_rounds):6.2f} ms an image")


def main():
    cv2.setNumThreads(1)
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 40
    for folder in sys.argv[1:4]:
        measure(photographs(folder, most))


if __name__ == "__main__":
    main()

"""Holds models that Onnx.write wrote against what ONNX's checker and ONNX Runtime in Python make of them.

    python check_export.py FOLDER

FOLDER is what dev.dogvision.benchmarks.ExportCheck wrote. For each model it prints the checker's verdict, how far
probabilities are from DogVision's when the network sees the same pixels, and how far they are when the photographs
are read and resized here, with Pillow, as the file's metadata say. It fails where the former differ by over 1e-4.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
from PIL import Image, ImageOps

TOLERANCE = 1e-4
BATCH = 16


def prepare(file, preprocessing):
    """A photograph as the network takes it: uint8[size, size, 3]."""
    image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    size = preprocessing["size"]
    rule = preprocessing["resize"]
    interpolation = Image.Resampling[preprocessing["interpolation"].upper()]
    if rule == "stretch":
        return numpy.asarray(image.resize((size, size), interpolation))
    if rule == "center_crop":
        side = min(image.size) * preprocessing["crop_fraction"]
        left, top = (image.width - side) / 2, (image.height - side) / 2
        box = (left, top, left + side, top + side)
        return numpy.asarray(image.resize((size, size), interpolation, box=box))
    if rule == "pad":
        scale = size / max(image.size)
        width, height = (max(1, int(length * scale + 0.5)) for length in image.size)
        square = Image.new("RGB", (size, size), tuple(preprocessing["pad_color"]))
        square.paste(image.resize((width, height), interpolation), ((size - width) // 2, (size - height) // 2))
        return numpy.asarray(square)
    raise ValueError(f"resize: expected stretch, center_crop or pad, found {rule}")


def is_unsure(logits, probabilities, threshold):
    """Whether a photograph may show no dog, or none of the model's breeds."""
    if threshold["score"] == "energy":
        score = numpy.log(numpy.exp(logits - logits.max()).sum()) + logits.max()
    elif threshold["score"] == "maximum_probability":
        score = probabilities.max()
    else:
        raise ValueError(f"score: expected energy or maximum_probability, found {threshold['score']}")
    return not score >= threshold["threshold"]


def run(session, pixels):
    """Probabilities and logits of pictures, in batches."""
    parts = [
        session.run(["probabilities", "logits"], {"input": pixels[first : first + BATCH]})
        for first in range(0, len(pixels), BATCH)
    ]
    return tuple(numpy.concatenate(outputs) for outputs in zip(*parts))


def compare(name, ours, theirs):
    difference = float(numpy.abs(ours - theirs).max())
    same = int((ours.argmax(axis=1) == theirs.argmax(axis=1)).sum())
    print(f"  {name}: probabilities differ by at most {difference:.1e}, the best is the same in {same} of {len(ours)}")
    return difference


def check(folder):
    file = folder / "model.onnx"
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    opset = model.opset_import[0].version
    print(f"{folder.name}: accepted by the checker of onnx {onnx.__version__}; IR {model.ir_version}, opset {opset}")

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    answers = json.loads((folder / "answers.json").read_text())
    labels = json.loads(metadata["labels"])
    assert labels == answers["labels"], "labels differ"
    preprocessing = json.loads(metadata["preprocessing"])
    origin = json.loads(metadata["origin"])
    print(f"  {len(labels)} labels, temperature {metadata['temperature']}, licence {origin['licence']}")
    print(f"  {preprocessing}")

    size = preprocessing["size"]
    expected = numpy.array(answers["probabilities"])
    pixels = numpy.fromfile(folder / "pixels.bin", numpy.uint8).reshape(-1, size, size, 3)
    difference = compare("the same pixels", expected, run(session, pixels)[0])
    own = numpy.stack([prepare(photograph, preprocessing) for photograph in answers["files"]])
    probabilities, logits = run(session, own)
    compare("photographs read by Pillow", expected, probabilities)
    if "confidence_threshold" in metadata:
        threshold = json.loads(metadata["confidence_threshold"])
        unsure = [is_unsure(*each, threshold) for each in zip(logits, probabilities)]
        same = int((numpy.array(unsure) == numpy.array(answers["unsure"])).sum())
        print(f"  unsure of {sum(unsure)}, as DogVision says in {same} of {len(unsure)}")
    return difference <= TOLERANCE


if __name__ == "__main__":
    folders = sorted(answers.parent for answers in Path(sys.argv[1]).glob("*/answers.json"))
    if not folders:
        sys.exit(f"{sys.argv[1]}: no folder with answers.json in it; ExportCheck writes them")
    good = [check(folder) for folder in folders]
    sys.exit(0 if all(good) else f"probabilities differ by more than {TOLERANCE}")

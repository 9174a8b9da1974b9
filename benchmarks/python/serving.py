"""What Python gives of the same network, for ServingBenchmark, which starts this and reads its lines.

python serving.py (pytorch|onnxruntime|keras) ONNX PHOTOGRAPHS LARGER LARGE SECONDS [SAFETENSORS]

Each is written as its users would write it for speed: PyTorch scripted, frozen and in channels-last
order; Keras by a traced function. Photographs are decoded by Pillow and by TensorFlow.
"""

import io
import json
import os
import struct
import subprocess
import sys
import threading
import time

SIZE = 224
CLASSES = 135
CALLERS = (1, 2, 8, 32)
BUSY_LOOPS = (2, 4, 8)
BATCHES = (1, 8, 32)


def middle_square(picture):
    side = min(picture.size)
    left = (picture.width - side) // 2
    top = (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def pixels(file):
    """The middle square as a uint8 array of height, width, channels."""
    import numpy
    from PIL import Image

    picture = Image.open(io.BytesIO(file))
    picture.draft("RGB", (SIZE, SIZE))  # large ones at reduced scale
    square = middle_square(picture.convert("RGB"))
    return numpy.asarray(square.resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def best(values):
    return sorted(range(len(values)), key=lambda i: -values[i])[:3]


class OnnxRuntime:
    def __init__(self, onnx, weights):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])

    def probabilities(self, batch):
        return self.session.run(["probabilities"], {"input": batch})[0]

    decode = staticmethod(pixels)


class PyTorch:
    def __init__(self, onnx, weights):
        import torch

        self.torch = torch
        network = mobilenet(torch, safetensors(torch, weights))
        network = network.eval().to(memory_format=torch.channels_last)
        example = torch.zeros(1, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            traced = torch.jit.freeze(torch.jit.trace(network, example))
            self.network = torch.jit.optimize_for_inference(traced)

    def probabilities(self, batch):
        torch = self.torch
        with torch.inference_mode():
            # As it lies in memory, an array of height, width, channels is channels-last already.
            values = torch.from_numpy(batch.copy()).permute(0, 3, 1, 2)
            values = values.float().sub_(127.5).div_(127.5)
            return torch.softmax(self.network(values), 1).numpy()

    decode = staticmethod(pixels)


class Keras:
    def __init__(self, onnx, weights):
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import tensorflow

        self.tf = tensorflow
        network = tensorflow.keras.applications.MobileNetV2(weights=None, classes=CLASSES)

        @tensorflow.function(reduce_retracing=True)
        def call(batch):
            values = tensorflow.cast(batch, tensorflow.float32) / 127.5 - 1.0
            return network(values, training=False)

        self.call = call

    def probabilities(self, batch):
        return self.call(self.tf.constant(batch)).numpy()

    def decode(self, file):
        tf = self.tf
        picture = tf.io.decode_jpeg(file, channels=3)
        side = tf.minimum(tf.shape(picture)[0], tf.shape(picture)[1])
        square = tf.image.resize_with_crop_or_pad(picture, side, side)
        return tf.cast(tf.image.resize(square, (SIZE, SIZE)), tf.uint8).numpy()


def safetensors(torch, path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
            tensors[name] = values.reshape(entry["shape"])
    return tensors


def mobilenet(torch, tensors):
    """MobileNetV2 1.0 with batch normalisation folded and TensorFlow's padding."""
    nn = torch.nn

    def convolution(name, stride, groups, clipped):
        weight = tensors[name + ".weight"]
        kernel = weight.shape[2]
        layer = nn.Conv2d(
            weight.shape[1] * groups,
            weight.shape[0],
            kernel,
            stride,
            padding=0 if stride == 2 else kernel // 2,
            groups=groups,
        )
        layer.weight.data = weight
        layer.bias.data = tensors[name + ".bias"]
        before = [nn.ZeroPad2d((0, 1, 0, 1))] if stride == 2 else []
        return before + [layer] + ([nn.ReLU6()] if clipped else [])

    class Block(nn.Module):
        def __init__(self, name, expansion, stride, residual):
            super().__init__()
            layers = []
            if expansion > 1:
                layers += convolution(name + ".conv.0.0", 1, 1, True)
            depthwise = name + (".conv.1.0" if expansion > 1 else ".conv.0.0")
            layers += convolution(depthwise, stride, tensors[depthwise + ".weight"].shape[0], True)
            layers += convolution(name + (".conv.2" if expansion > 1 else ".conv.1"), 1, 1, False)
            self.layers = nn.Sequential(*layers)
            self.residual = residual

        def forward(self, values):
            return values + self.layers(values) if self.residual else self.layers(values)

    layers = convolution("features.0.0", 2, 1, True)
    channels, number = 32, 1
    rows = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
    for expansion, out, repeats, stride in rows + ((6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(repeats):
            step = stride if i == 0 else 1
            residual = step == 1 and channels == out
            layers.append(Block("features.%d" % number, expansion, step, residual))
            channels, number = out, number + 1
    layers += convolution("features.18.0", 1, 1, True)
    head = nn.Linear(1280, CLASSES)
    head.weight.data = tensors["classifier.1.weight"][:CLASSES]
    head.bias.data = tensors["classifier.1.bias"][:CLASSES]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


def tell(figure, value):
    print("%s=%r" % (figure, float(value)), flush=True)


def resident():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024


def median(warm_ups, count, call):
    millis = []
    for i in range(-warm_ups, count):
        start = time.perf_counter()
        call()
        if i >= 0:
            millis.append((time.perf_counter() - start) * 1000)
    return sorted(millis)[count // 2]


def main(way, onnx, photographs, larger, large, seconds, weights=None):
    import numpy

    def contents(folder):
        files = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                files.append(file.read())
        return files

    files = contents(photographs)
    model = {"onnxruntime": OnnxRuntime, "pytorch": PyTorch, "keras": Keras}[way](onnx, weights)

    def top3(file):
        return best(model.probabilities(model.decode(file)[None])[0])

    top3(files[0])
    print("first answer", flush=True)
    tell("resident memory then, MB", resident())

    place = [0]

    def next_of(some):
        place[0] += 1
        return top3(some[place[0] % len(some)])

    bigger = contents(larger)
    with open(large, "rb") as file:
        huge = file.read()
    tell("one photograph, JPEG to top 3, ms", median(50, 300, lambda: next_of(files)))
    decoded = model.decode(files[0])[None]
    tell(
        "the same from pixels in memory, ms",
        median(30, 200, lambda: best(model.probabilities(decoded)[0])),
    )
    tell("a larger photograph, JPEG to top 3, ms", median(30, 150, lambda: next_of(bigger)))
    tell("a photograph of 12 megapixels, JPEG to top 3, ms", median(3, 9, lambda: top3(huge)))
    for images in BATCHES:
        batch = numpy.zeros((images, SIZE, SIZE, 3), numpy.uint8)
        millis = median(5, 60 if images == 1 else 15, lambda: model.probabilities(batch))
        tell("bare forward pass, batches of %d, ms a photograph" % images, millis / images)

    def rate(callers):
        counts = [0] * callers
        start = time.perf_counter()
        end = start + float(seconds)

        def call(caller):
            i = caller
            while time.perf_counter() < end:
                top3(files[i % len(files)])
                counts[caller] += 1
                i += callers

        threads = [threading.Thread(target=call, args=(i,)) for i in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - start)

    def name(callers):
        return "1 caller" if callers == 1 else "%d callers" % callers

    for callers in CALLERS:
        tell(name(callers) + ", photographs a second", rate(callers))
    for loops in BUSY_LOOPS:
        busy = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)
        ]
        try:
            time.sleep(0.2)
            for callers in (1, 32):
                figure = "%s beside %d busy loops, photographs a second" % (name(callers), loops)
                tell(figure, rate(callers))
        finally:
            for process in busy:
                process.kill()
                process.wait()

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in range(2):  # the first warms up
            start = time.perf_counter()
            rows = []
            ahead = pool.map(model.decode, files)
            for first in range(0, len(files), 8):
                batch = numpy.stack([next(ahead) for _ in files[first : first + 8]])
                for row in model.probabilities(batch):
                    rows.append(",".join(map(str, row.tolist())))
            with open(os.devnull, "w") as table:
                table.write("\n".join(rows))
            spent = time.perf_counter() - start
    tell("folder to CSV, photographs a second", len(files) / spent)
    tell("resident memory at the end, MB", resident())


main(*sys.argv[1:])

"""A full training step of MobileNetV2 1.0, batches of 16, beside NetworkBenchmark's.

python training_step.py (pytorch|keras)

PyTorch in channels-last order with batch normalisation, AdamW; Keras by its train_on_batch.
"""

import os
import sys
import time

BATCH = 16
CLASSES = 120


def median(call):
    millis = []
    for i in range(-3, 15):
        start = time.perf_counter()
        call()
        if i >= 0:
            millis.append((time.perf_counter() - start) * 1000 / BATCH)
    return sorted(millis)[len(millis) // 2]


def pytorch():
    import torch
    import torchvision

    network = torchvision.models.mobilenet_v2(num_classes=CLASSES).train()
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, fused=True)
    pixels = torch.zeros(BATCH, 224, 224, 3, dtype=torch.uint8)
    labels = torch.arange(BATCH)

    def step():
        values = pixels.permute(0, 3, 1, 2).float().sub_(127.5).div_(127.5)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(values), labels).backward()
        optimizer.step()

    return median(step)


def keras():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import numpy
    import tensorflow as tf

    network = tf.keras.applications.MobileNetV2(weights=None, classes=CLASSES)
    network.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    pixels = numpy.zeros((BATCH, 224, 224, 3), numpy.float32)
    labels = numpy.arange(BATCH)
    return median(lambda: network.train_on_batch(pixels, labels))


print("%s: %.1f ms a photograph" % (sys.argv[1], {"pytorch": pytorch, "keras": keras}[sys.argv[1]]()))

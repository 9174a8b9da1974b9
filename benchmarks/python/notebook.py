"""The notebook's experiment in Python: a frozen MobileNetV2 under a new softmax head, 1,000 photographs.

python notebook.py (keras|pytorch) SAFETENSORS LABELS_CSV IMAGES

keras: as the notebook writes it, photographs decoded and embedded anew in each epoch.
pytorch: by somebody who knows to keep the embeddings: each photograph is embedded once.
Prints accuracy on 200 photographs and seconds, imports and loading left out.
"""

import csv
import json
import os
import random
import struct
import sys
import time

SIZE = 224
ROWS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def photographs(labels_csv, images):
    with open(labels_csv) as file:
        rows = [(row["id"], row["breed"]) for row in csv.DictReader(file)]
    there = [(id, breed) for id, breed in rows if os.path.exists(os.path.join(images, id + ".jpg"))]
    breeds = sorted({breed for _, breed in there})
    some = there[:1000]
    random.Random(13).shuffle(some)
    paths = [os.path.join(images, id + ".jpg") for id, _ in some]
    return paths, [breeds.index(breed) for _, breed in some], len(breeds)


def arrays(path):
    import numpy

    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], numpy.float32).reshape(
            entry["shape"]
        )
        for name, entry in header.items()
        if name != "__metadata__"
    }


def keras(weights, labels_csv, images):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import numpy
    import tensorflow as tf

    paths, labels, classes = photographs(labels_csv, images)
    base = tf.keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg")
    load(tf, base, arrays(weights))
    base.trainable = False
    model = tf.keras.Sequential([base, tf.keras.layers.Dense(classes, activation="softmax")])
    model.compile(
        loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"]
    )

    def read(path, label):
        picture = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
        picture = tf.image.resize(tf.image.convert_image_dtype(picture, tf.float32), (SIZE, SIZE))
        return picture * 2 - 1, label

    def batches(first, last):
        data = tf.data.Dataset.from_tensor_slices((paths[first:last], labels[first:last]))
        if first == 0:
            data = data.shuffle(last, seed=13)
        return data.map(read).batch(32)

    start = time.time()
    stop = tf.keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=3)
    fit = model.fit(
        batches(0, 800), validation_data=batches(800, 1000), epochs=100, callbacks=[stop], verbose=0
    )
    seconds = time.time() - start
    found = model.predict(batches(800, 1000), verbose=0).argmax(1)
    accuracy = (found == numpy.array(labels[800:])).mean()
    print(
        "keras: %.1f %% of 200, %d epochs, %.1f s"
        % (100 * accuracy, len(fit.history["loss"]), seconds)
    )


def load(tf, base, tensors):
    """Batch normalisation is folded into the kernels; what is left of it here adds the bias."""
    import numpy

    names = ["features.0.0"]
    for number, expansion in enumerate((row[0] for row in ROWS for _ in range(row[2])), start=1):
        block = "features.%d.conv" % number
        if expansion > 1:
            names += [block + ".0.0", block + ".1.0", block + ".2"]
        else:
            names += [block + ".0.0", block + ".1"]
    names.append("features.18.0")
    names.reverse()
    for layer in base.layers:
        if isinstance(layer, tf.keras.layers.DepthwiseConv2D):
            name = names.pop()
            layer.set_weights([tensors[name + ".weight"].transpose(2, 3, 0, 1)])
        elif isinstance(layer, tf.keras.layers.Conv2D):
            name = names.pop()
            layer.set_weights([tensors[name + ".weight"].transpose(2, 3, 1, 0)])
        elif isinstance(layer, tf.keras.layers.BatchNormalization):
            bias = tensors[name + ".bias"]
            one = numpy.ones_like(bias)
            layer.set_weights([one, bias, 0 * one, one - layer.epsilon])
    assert not names, names


def pytorch(weights, labels_csv, images):
    import numpy
    import torch
    from PIL import Image
    from torch.nn import functional

    paths, labels, classes = photographs(labels_csv, images)
    tensors = {name: torch.from_numpy(a.copy()) for name, a in arrays(weights).items()}

    def convolve(values, name, stride=1, groups=1, clipped=True):
        weight = tensors[name + ".weight"]
        padding = weight.shape[2] // 2
        if stride == 2:
            values, padding = functional.pad(values, (0, 1, 0, 1)), 0
        values = functional.conv2d(
            values, weight, tensors[name + ".bias"], stride, padding, 1, groups
        )
        return functional.relu6(values) if clipped else values

    def embed(values):
        values = convolve(values, "features.0.0", 2)
        number = 0
        for expansion, _, repeats, stride in ROWS:
            for i in range(repeats):
                number += 1
                step = stride if i == 0 else 1
                block, entered = "features.%d.conv" % number, values
                if expansion > 1:
                    values = convolve(values, block + ".0.0")
                depthwise = block + (".1.0" if expansion > 1 else ".0.0")
                values = convolve(values, depthwise, step, values.shape[1])
                values = convolve(values, block + (".2" if expansion > 1 else ".1"), clipped=False)
                if step == 1 and values.shape == entered.shape:
                    values = values + entered
        return convolve(values, "features.18.0").mean((2, 3))

    class Photographs(torch.utils.data.Dataset):
        def __len__(self):
            return len(paths)

        def __getitem__(self, i):
            picture = Image.open(paths[i]).convert("RGB")
            side = min(picture.size)
            left, top = (picture.width - side) // 2, (picture.height - side) // 2
            square = picture.crop((left, top, left + side, top + side))
            square = square.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
            return torch.from_numpy(numpy.asarray(square).copy()).permute(2, 0, 1)

    start = time.time()
    with torch.inference_mode():
        pieces = [
            embed(batch.float().sub(127.5).div(127.5).contiguous(memory_format=torch.channels_last))
            for batch in torch.utils.data.DataLoader(Photographs(), batch_size=32)
        ]
    embeddings = torch.cat(pieces).clone()
    targets = torch.tensor(labels)
    torch.manual_seed(13)
    head = torch.nn.Linear(embeddings.shape[1], classes)
    optimizer = torch.optim.Adam(head.parameters(), 1e-3)
    best, since, epochs = -1.0, 0, 0
    while epochs < 100 and since < 3:
        for some in torch.randperm(800).split(32):
            optimizer.zero_grad()
            functional.cross_entropy(head(embeddings[some]), targets[some]).backward()
            optimizer.step()
        with torch.inference_mode():
            accuracy = (head(embeddings[800:]).argmax(1) == targets[800:]).float().mean().item()
        epochs += 1
        since = 0 if accuracy > best else since + 1
        best = max(best, accuracy)
    print(
        "pytorch, embeddings kept: %.1f %% of 200, %d epochs, %.1f s"
        % (100 * best, epochs, time.time() - start)
    )


{"keras": keras, "pytorch": pytorch}[sys.argv[1]](*sys.argv[2:])

"""Images that Keras downloads once: grey values or colours from 0 to 255."""

from __future__ import annotations

from builder.catalog.spec import Dataset, KerasSource

SITE = "https://keras.io/api/datasets/"

DATASETS = (
    Dataset(
        kind="mnist",
        name="MNIST",
        summary="Handwritten digits as grey images of 28 by 28 pixels; the classic first data set.",
        doc=f"{SITE}mnist/",
        source=KerasSource(module="mnist", file="mnist.npz", megabytes=11.5),
        task="classification",
        shape=(28, 28, 1),
        classes=tuple("0123456789"),
        low=0,
        high=255,
        samples=60_000,
        test=10_000,
        icon="looks_one",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    ),
    Dataset(
        kind="fashion_mnist",
        name="Fashion-MNIST",
        summary="Clothes, shoes and bags as grey images of 28 by 28 pixels; harder than digits.",
        doc=f"{SITE}fashion_mnist/",
        source=KerasSource(module="fashion_mnist", file="fashion-mnist/t10k-images-idx3-ubyte.gz", megabytes=30.9),
        task="classification",
        shape=(28, 28, 1),
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        low=0,
        high=255,
        samples=60_000,
        test=10_000,
        icon="checkroom",
        licence="MIT, Zalando SE",
    ),
    Dataset(
        kind="cifar10",
        name="CIFAR-10",
        summary="Small colour photographs of ten kinds of animals and vehicles, 32 by 32 pixels.",
        doc=f"{SITE}cifar10/",
        source=KerasSource(
            module="cifar10", file="cifar-10-batches-py-target", megabytes=170.5, label_column=True
        ),
        task="classification",
        shape=(32, 32, 3),
        classes=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        low=0,
        high=255,
        samples=50_000,
        test=10_000,
        icon="photo_library",
        licence="Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009); no licence stated",
    ),
)

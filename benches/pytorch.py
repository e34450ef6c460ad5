"""Images a second of the presets in PyTorch, as `cargo bench --bench training` measures them here.

    python3 -m venv /tmp/pytorch && /tmp/pytorch/bin/pip install -r benches/requirements.txt
    /tmp/pytorch/bin/python benches/pytorch.py

Forwards, backwards and the optimiser's step on random images, batch 32, augmentation off, with and
without batch norm, in both memory layouts. The networks are read from `configs/`.
BENCH_THREADS (2), BENCH_SECONDS (3, for each figure) and BENCH_NETS (all that are made of separable
blocks) may be set.
"""

import os
import statistics
import time
import tomllib
from pathlib import Path

import torch
from torch import nn

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
NETS = ["pico", "nano", "micro", "milli", "mobilenet"]
BATCH = 32
# Batches between two looks at the clock: what an epoch of the other side has.
BATCHES = 30


class Maximum(nn.Module):
    """The largest value of each map."""

    def forward(self, x):
        return x.amax((2, 3))


class Mean(nn.Module):
    """The mean of each map."""

    def forward(self, x):
        return x.mean((2, 3))


def convolution(channels, filters, section, batch_norm, epsilon, kernel=3, groups=1, activation="relu6", stride=1):
    """A convolution, its batch norm and its activation, as a list of modules."""
    kernel = section.get("kernel", kernel)
    padding = 0 if section.get("padding", "same") == "valid" else kernel // 2
    modules = [nn.Conv2d(channels, filters, kernel, stride, padding, groups=groups, bias=False)]
    if batch_norm:
        modules.append(nn.BatchNorm2d(filters, eps=epsilon))
    modules += {"none": [], "relu": [nn.ReLU()], "relu6": [nn.ReLU6()]}[activation]
    return modules


def build(config, batch_norm, classes):
    """The network of `config`, which is made of separable blocks."""
    model, stem = config["model"], config["stem"]
    epsilon = model.get("batch_norm_epsilon", 0.001)
    channels = stem["filters"]
    modules = convolution(
        model["input"]["channels"],
        channels,
        stem,
        batch_norm,
        epsilon,
        activation=stem.get("activation", "relu6"),
        stride=stem.get("stride", 1),
    )
    for block in config["blocks"]:
        if block["type"] != "separable" or block.get("repeat", 1) != 1:
            raise ValueError(f"{model['name']}: only separable blocks, each once, are built here")
        stride = block.get("stride", 1)
        modules += convolution(channels, channels, block, batch_norm, epsilon, groups=channels, stride=stride)
        modules += convolution(channels, block["filters"], {"kernel": 1}, batch_norm, epsilon)
        channels = block["filters"]
    modules.append({"max": Maximum, "avg": Mean}[config["head"].get("pool", "max")]())
    modules.append(nn.Linear(channels, classes))
    return nn.Sequential(*modules)


def optimizer(config, parameters):
    """The optimiser of `config`."""
    train = config.get("train", {})
    rate, decay = train.get("learning_rate", 0.001), train.get("weight_decay", 0.0)
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}
    kind = train.get("optimizer", "adamw")
    if kind == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=train.get("momentum", 0.9), weight_decay=decay)
    return kinds[kind](parameters, lr=rate, weight_decay=decay)


def images_per_second(config, batch_norm, layout, seconds):
    """The median over rounds of BATCHES batches, for at least `seconds`."""
    shape = config["model"]["input"]
    net = build(config, batch_norm, 5).train().to(memory_format=layout)
    images = torch.rand(BATCH, shape["channels"], shape["height"], shape["width"]).to(memory_format=layout)
    labels = torch.arange(BATCH) % 5
    steps, loss = optimizer(config, net.parameters()), nn.CrossEntropyLoss()
    speeds, begun = [], None
    while begun is None or time.perf_counter() - begun < seconds:
        start = time.perf_counter()
        for _ in range(BATCHES if begun else 5):
            steps.zero_grad(set_to_none=True)
            loss(net(images), labels).backward()
            steps.step()
        if begun:
            speeds.append(BATCH * BATCHES / (time.perf_counter() - start))
        begun = begun or time.perf_counter()
    return statistics.median(speeds)


def main():
    threads = int(os.environ.get("BENCH_THREADS", "2"))
    seconds = float(os.environ.get("BENCH_SECONDS", "3"))
    nets = os.environ.get("BENCH_NETS", " ".join(NETS)).split()
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    print("net,batch_norm,threads,images_per_second,layout", flush=True)
    for batch_norm in [True, False]:
        for name in nets:
            config = tomllib.loads((CONFIGS / f"{name}.toml").read_text(encoding="utf-8"))
            for text, layout in [("NCHW", torch.contiguous_format), ("channels_last", torch.channels_last)]:
                speed = images_per_second(config, batch_norm, layout, seconds)
                print(f"{name},{str(batch_norm).lower()},{threads},{speed:.0f},{text}", flush=True)


if __name__ == "__main__":
    main()

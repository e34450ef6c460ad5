"""Images a second of networks in PyTorch, as `cargo bench --bench training` measures them here.

    python3 -m venv /tmp/pytorch && /tmp/pytorch/bin/pip install -r benches/requirements.txt
    /tmp/pytorch/bin/python benches/pytorch.py

Forwards, backwards and the optimiser's step on random images, batch 32, augmentation off, with and
without batch norm, in both memory layouts. BENCH_THREADS (2), BENCH_SECONDS (3, for each figure),
BENCH_NORM (`both`, `yes` or `no`) and BENCH_NETS may be set: names of presets, which are read from
`configs/` and trained on gray images of 96 x 96 pixels (`meadow`) or colour ones (`meadow:rgb`), or
paths of configurations, trained on images as they describe them.
"""

import os
import statistics
import time
import tomllib
from pathlib import Path

import torch
from torch import nn

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
NETS = ["pico", "nano", "micro", "milli", "mobilenet", "meadow", "squeeze"]
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


class Gate(nn.Module):
    """Squeeze-and-excitation."""

    def __init__(self, channels, ratio):
        super().__init__()
        hidden = max(1, channels // ratio)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, channels, 1), nn.Sigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)


class Residual(nn.Module):
    """A block whose input is added to its output."""

    def __init__(self, modules):
        super().__init__()
        self.block = nn.Sequential(*modules)

    def forward(self, x):
        return x + self.block(x)


class Builder:
    """The network of a configuration."""

    def __init__(self, config, batch_norm):
        self.config, self.batch_norm = config, batch_norm
        self.epsilon = config["model"].get("batch_norm_epsilon", 0.001)
        self.channels = config["model"]["input"]["channels"]

    def widened(self, filters):
        model = self.config["model"]
        wanted, divisor = filters * model.get("width_multiplier", 1.0), model.get("width_divisor", 1)
        nearest = divisor * max(1, int(wanted / divisor + 0.5))
        return nearest + divisor if divisor > 1 and nearest < 0.9 * wanted else nearest

    def convolution(self, filters, kernel=1, stride=1, padding="same", depthwise=False, activation="relu6"):
        """A convolution, its batch norm and its activation, as a list of modules."""
        pad = 0 if padding == "valid" else kernel // 2
        groups = self.channels if depthwise else 1
        modules = [nn.Conv2d(self.channels, filters, kernel, stride, pad, groups=groups, bias=False)]
        if self.batch_norm:
            modules.append(nn.BatchNorm2d(filters, eps=self.epsilon))
        self.channels = filters
        return modules + {"none": [], "relu": [nn.ReLU()], "relu6": [nn.ReLU6()]}[activation]

    def block(self, block, stride):
        """A block without its repeats."""
        kernel, padding = block.get("kernel", 3), block.get("padding", "same")
        filters, kind, activation = self.widened(block["filters"]), block["type"], block.get("activation", "relu6")
        if kind == "conv":
            return self.convolution(filters, kernel, stride, padding, activation=activation)
        if kind == "separable":
            modules = self.convolution(self.channels, kernel, stride, padding, True, activation)
            return modules + self.convolution(filters, activation=activation)
        before, expansion, gate = self.channels, block.get("expansion", 4), block.get("squeeze_excite")
        expanded = int(expansion * before + 0.5)
        modules = self.convolution(expanded, activation=activation) if expansion > 1 else []
        modules += self.convolution(self.channels, kernel, stride, padding, True, activation)
        if gate and gate.get("after", "depthwise") == "depthwise":
            modules.append(Gate(self.channels, gate.get("ratio", 4)))
        modules += self.convolution(filters, activation="none")
        if gate and gate.get("after", "depthwise") == "project":
            modules.append(Gate(self.channels, gate.get("ratio", 4)))
        same = stride == 1 and before == filters and (padding == "same" or kernel == 1)
        return [Residual(modules)] if same else modules

    def build(self, classes):
        stem = self.config.get("stem", {})
        modules = self.convolution(
            self.widened(stem.get("filters", 8)),
            stem.get("kernel", 3),
            stem.get("stride", 2),
            stem.get("padding", "same"),
            activation=stem.get("activation", "relu6"),
        )
        for block in self.config.get("blocks", []):
            for repeat in range(block.get("repeat", 1)):
                modules += self.block(block, 1 if repeat else block.get("stride", 1))
        pool = self.config.get("head", {}).get("pool", "avg")
        modules.append({"max": Maximum, "avg": Mean}[pool]())
        modules.append(nn.Linear(self.channels, classes))
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
    net = Builder(config, batch_norm).build(5).train().to(memory_format=layout)
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


def read(name):
    """The configuration of a preset or of a file."""
    plain = name.removesuffix(":rgb")
    preset = CONFIGS / f"{plain}.toml"
    config = tomllib.loads((preset if preset.exists() else Path(plain)).read_text(encoding="utf-8"))
    if preset.exists():
        config["model"]["input"] = {"height": 96, "width": 96, "channels": 1 if plain == name else 3}
    return config


def main():
    threads = int(os.environ.get("BENCH_THREADS", "2"))
    seconds = float(os.environ.get("BENCH_SECONDS", "3"))
    nets = os.environ.get("BENCH_NETS", " ".join(NETS)).split()
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    print("net,batch_norm,threads,images_per_second,layout", flush=True)
    norms = {"yes": [True], "no": [False]}.get(os.environ.get("BENCH_NORM", "both"), [True, False])
    for batch_norm in norms:
        for name in nets:
            config = read(name)
            for text, layout in [("NCHW", torch.contiguous_format), ("channels_last", torch.channels_last)]:
                speed = images_per_second(config, batch_norm, layout, seconds)
                print(f"{name},{str(batch_norm).lower()},{threads},{speed:.0f},{text}", flush=True)


if __name__ == "__main__":
    main()

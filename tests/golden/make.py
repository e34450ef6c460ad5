#!/usr/bin/env python3
"""Writes the golden files whose metadata holds a configuration, with PyTorch in float64, stored as float32:

    python3 -m venv /tmp/pytorch && /tmp/pytorch/bin/pip install -r benches/requirements.txt
    /tmp/pytorch/bin/python tests/golden/make.py

Each file holds `input` (images x channels x height x width), `labels`, `param/NAME`, and what follows from them:
`eval/logits` (running statistics), `train/logits` and `train/loss` (statistics of the batch, cross entropy),
`grad/NAME`, and `after/NAME`, the running statistics after that step. Networks are built from the configuration here
and by the program independently.
"""

import json
import math
import pathlib
import struct
import tomllib

import torch
from torch.nn import functional as F

IMAGES = 4

CONFIGS = {
    "activations": """
[model]
input = { height = 20, width = 17, channels = 3 }
num_classes = 5
width_multiplier = 0.7
width_divisor = 4
[stem]
filters = 9
activation = "relu"
[[blocks]]
type = "separable"
filters = 10
stride = 2
activation = "relu"
[[blocks]]
type = "separable"
filters = 14
activation = "none"
[[blocks]]
type = "bottleneck"
filters = 12
expansion = 1.5
activation = "relu"
repeat = 2
[[blocks]]
type = "bottleneck"
filters = 12
expansion = 2.25
activation = "none"
squeeze_excite = { after = "depthwise", ratio = 3 }
[[blocks]]
type = "conv"
filters = 16
activation = "none"
[head]
pool = "avg"
hidden = [11, 6]
activation = "relu"
""",
    "hidden": """
[model]
input = { height = 12, width = 13, channels = 1 }
num_classes = 4
batch_norm = false
[stem]
filters = 6
activation = "relu6"
[[blocks]]
type = "separable"
filters = 10
activation = "relu"
[head]
pool = "max"
hidden = 9
""",
}


class Network:
    """The network of a configuration, with random parameters in `params` and running statistics in `running`."""

    def __init__(self, config, generator):
        self.config, self.generator = config, generator
        self.model = config["model"]
        self.params, self.running, self.is_new = {}, {}, True
        self.is_training = False

    def param(self, name, shape, low, high):
        if self.is_new:
            values = low + (high - low) * torch.rand(shape, generator=self.generator, dtype=torch.float64)
            self.params[name] = values.float().double().requires_grad_()
        return self.params[name]

    def widened(self, filters):
        """`_make_divisible` of MobileNetV2's code; rounded half up where the divisor is 1."""
        wanted, divisor = filters * self.model.get("width_multiplier", 1.0), self.model.get("width_divisor", 1)
        width = max(divisor, int(wanted + divisor / 2) // divisor * divisor)
        return width + divisor if divisor > 1 and width < 0.9 * wanted else width

    def norm(self, name, x):
        channels = x.shape[1]
        if not self.model.get("batch_norm", True):
            return x
        gamma = self.param(f"{name}.bn.weight", [channels], 0.5, 1.5)
        beta = self.param(f"{name}.bn.bias", [channels], -0.3, 0.6)
        if self.is_new:
            uniform = torch.rand([2, channels], generator=self.generator, dtype=torch.float64).float().double()
            self.running[f"{name}.bn.running_mean"] = uniform[0] - 0.5
            self.running[f"{name}.bn.running_var"] = uniform[1] + 0.5
        mean, variance = (self.running[f"{name}.bn.running_{kind}"] for kind in ("mean", "var"))
        return F.batch_norm(x, mean, variance, gamma, beta, self.is_training, 0.1, 0.001)

    def activated(self, x, activation):
        return {"none": lambda x: x, "relu": F.relu, "relu6": F.relu6}[activation](x)

    def conv(self, name, x, filters, kernel=1, stride=1, padding="same", activation="relu6", depthwise=False):
        groups = x.shape[1] if depthwise else 1
        fan_in = x.shape[1] // groups * kernel * kernel
        bound = math.sqrt(6 / fan_in)
        weight = self.param(f"{name}.weight", [filters, x.shape[1] // groups, kernel, kernel], -bound, bound)
        x = F.conv2d(x, weight, None, stride, 0 if padding == "valid" else kernel // 2, 1, groups)
        return self.activated(self.norm(name, x), activation)

    def dense(self, name, x, outputs):
        bound = math.sqrt(3 / x.shape[1])
        weight = self.param(f"{name}.weight", [outputs, x.shape[1]], -bound, bound)
        return F.linear(x, weight, self.param(f"{name}.bias", [outputs], -0.3, 0.3))

    def gate(self, name, x, ratio):
        hidden = F.relu(self.dense(f"{name}.reduce", x.mean((2, 3)), max(1, x.shape[1] // ratio)))
        factors = torch.sigmoid(self.dense(f"{name}.expand", hidden, x.shape[1]))
        return x * factors.reshape(*factors.shape, 1, 1)

    def block(self, name, x, block, stride):
        kernel, padding = block.get("kernel", 3), block.get("padding", "same")
        filters, activation = self.widened(block["filters"]), block.get("activation", "relu6")
        if block["type"] == "conv":
            return self.conv(f"{name}.conv", x, filters, kernel, stride, padding, activation)
        skip, se = x, block.get("squeeze_excite", {"after": None})
        if block["type"] == "bottleneck" and block.get("expansion", 4) != 1:
            expanded = math.floor(block.get("expansion", 4) * x.shape[1] + 0.5)
            x = self.conv(f"{name}.expand", x, expanded, activation=activation)
        x = self.conv(f"{name}.depthwise", x, x.shape[1], kernel, stride, padding, activation, depthwise=True)
        if block["type"] == "separable":
            return self.conv(f"{name}.pointwise", x, filters, activation=activation)
        if se["after"] == "depthwise":
            x = self.gate(f"{name}.se", x, se.get("ratio", 4))
        x = self.conv(f"{name}.project", x, filters, activation="none")
        if se["after"] == "project":
            x = self.gate(f"{name}.se", x, se.get("ratio", 4))
        return x + skip if stride == 1 and x.shape == skip.shape else x

    def forward(self, x, is_training):
        self.is_training = is_training
        stem, head = self.config["stem"], self.config["head"]
        x = self.conv("stem", x, self.widened(stem["filters"]), 3, 2, "same", stem["activation"])
        number = 0
        for block in self.config["blocks"]:
            for repeat in range(block.get("repeat", 1)):
                x = self.block(f"block{number}", x, block, block.get("stride", 1) if repeat == 0 else 1)
                number += 1
        x = x.amax((2, 3)) if head["pool"] == "max" else x.mean((2, 3))
        hidden = head.get("hidden", [])
        for index, units in enumerate(hidden if isinstance(hidden, list) else [hidden]):
            x = self.activated(self.dense(f"hidden{index}", x, units), head.get("activation", "relu6"))
        x = self.dense("head", x, self.model["num_classes"])
        self.is_new = False
        return x


def safetensors(tensors, metadata):
    """The bytes of a safetensors file."""
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in sorted(tensors.items()):
        kind = "I32" if tensor.dtype == torch.int32 else "F32"
        values = (tensor if kind == "I32" else tensor.detach().float()).contiguous()
        own = values.numpy().tobytes()
        offsets = [len(data), len(data) + len(own)]
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": offsets}
        data += own
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def golden(name, text):
    config = tomllib.loads(text)
    generator = torch.Generator().manual_seed(7)
    network = Network(config, generator)
    size = config["model"]["input"]
    shape = [IMAGES, size["channels"], size["height"], size["width"]]
    images = torch.rand(shape, generator=generator, dtype=torch.float64).float().double()
    labels = torch.tensor([image % config["model"]["num_classes"] for image in range(IMAGES)], dtype=torch.int32)
    tensors = {"input": images, "labels": labels, "eval/logits": network.forward(images, False)}
    statistics = {key: value.clone() for key, value in network.running.items()}
    tensors |= {f"param/{key}": value for key, value in (network.params | statistics).items()}
    logits = network.forward(images, True)
    loss = F.cross_entropy(logits, labels.long())
    loss.backward()
    tensors |= {"train/logits": logits, "train/loss": loss.reshape(1)}
    tensors |= {f"grad/{key}": value.grad for key, value in network.params.items()}
    tensors |= {f"after/{key}": value for key, value in network.running.items()}
    metadata = {"config": text.strip() + "\n", "oracle": f"PyTorch {torch.__version__}, float64, tests/golden/make.py"}
    path = pathlib.Path(__file__).parent / f"{name}.safetensors"
    path.write_bytes(safetensors(tensors, metadata))
    print(path.name, path.stat().st_size, "bytes")


for name, text in CONFIGS.items():
    golden(name, text)

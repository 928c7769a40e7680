"""UniPose's pose tokenizer: a pose becomes 80 tokens of a codebook of 2048, and 80 tokens become a pose (§3.2).

A VQ-VAE of 1D convolutions along the joint axis, in the shape that TokenHMR gave it: 22 joints x 6 numbers -> 40 -> 160
-> 80 positions, each replaced by its nearest code; the decoder takes the length back to 22 in four equal steps. Layers
are numbered as in the published network, so that its checkpoint loads by a change of prefix. Widths are free.

Poses here are parent-relative rotation matrices (..., 22, 3, 3) of the body joints in SMPL-X order, the pelvis first.
Our own tokenizer has them in our frame (Y up, the heading taken out); what frame a published one learned is said where
it is loaded.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import mse_loss, relu

from backend.errors import BadFile
from rigs.skeleton import N_BODY

from .layouts import rotmat_to_six, six_to_rotmat
from .saving import load_exactly, read_weights

UPSAMPLED: Final = (N_BODY * 2 // 10) * 10  # 40: the joint axis stretched to a multiple of ten
N_TOKENS: Final = UPSAMPLED * 4 // 2
SHIPPED: Final = Path(__file__).parent / "shipped" / "pose_tokenizer.safetensors"
_WHILE_TRAINING: Final = ("quantizer.sums", "quantizer.counts", "quantizer.ready")
_STEPS: Final = 4  # in which the decoder takes the length back to the joints


@dataclass(frozen=True)
class TokenizerConfig:
    """Sizes of a tokenizer; the defaults are the published ones.

    width: channels of the convolutions. code_dim: length of a code. codes: how many there are. decay: of the moving
    averages that the codes are. revive_below: a code that stands for fewer vectors of a batch than this, on average,
    is dead and starts again from one of the batch.
    """

    width: int = 512
    code_dim: int = 256
    codes: int = 2048
    decay: float = 0.99
    revive_below: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Reconstruction(NamedTuple):
    """What a pass through the whole tokenizer gives."""

    rotmats: Tensor
    """(B, 22, 3, 3)."""
    commitment: Tensor
    """Mean squared distance of the encoder's vectors from their codes."""
    perplexity: Tensor
    """exp(entropy) of the codes used in this batch: how many are in use, weighted by how evenly."""


class PoseTokenizer(nn.Module):
    """Encoder, codebook and decoder."""

    def __init__(self, config: TokenizerConfig | None = None) -> None:
        super().__init__()
        self.config = config or TokenizerConfig()
        self.encoder = _encoder(self.config)
        self.quantizer = Codebook(self.config)
        self.decoder = _decoder(self.config)
        _begin(self.encoder, self.decoder)

    def forward(self, rotmats: Tensor, *, quantized: bool = True) -> Reconstruction:
        """Reconstruct rotmats (B, 22, 3, 3); gradients pass the codebook unchanged (straight-through).

        Args:
            quantized: without, the encoder's vectors go on as they are. A codebook that starts from an encoder which
                has learned something is in use from the start; one that starts from noise collapses to a few codes.
        """
        vectors = self._vectors(rotmat_to_six(rotmats, "rows"))
        if not quantized:
            nothing = torch.zeros((), device=vectors.device)
            return Reconstruction(self._poses(vectors), nothing, nothing)
        codes, commitment, perplexity = self.quantizer(vectors)
        return Reconstruction(self._poses(codes), commitment, perplexity)

    @torch.no_grad()
    def encode(self, rotmats: Tensor) -> Tensor:
        """Token ids (B, 80) of poses (B, 22, 3, 3)."""
        vectors = self._vectors(rotmat_to_six(rotmats.to(self.quantizer.codebook.dtype), "rows"))
        return self.quantizer.nearest(vectors.flatten(0, 1)).view(vectors.shape[:2])

    @torch.no_grad()
    def decode(self, ids: Tensor) -> Tensor:
        """Poses (B, 22, 3, 3) of token ids (B, 80)."""
        return self._poses(self.quantizer.codebook[ids])

    def _vectors(self, code6d: Tensor) -> Tensor:
        """(B, 22, 6) -> (B, 80, code_dim)."""
        out: Tensor = self.encoder(code6d.transpose(1, 2)).transpose(1, 2)
        return out

    def _poses(self, codes: Tensor) -> Tensor:
        """(B, 80, code_dim) -> (B, 22, 3, 3)."""
        return six_to_rotmat(self.decoder(codes.transpose(1, 2)).transpose(1, 2), "rows")


class Codebook(nn.Module):
    """Codes kept as moving averages of the vectors they stand for; dead ones start again (Razavi et al. 2019)."""

    codebook: Tensor
    sums: Tensor
    counts: Tensor
    ready: Tensor

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("codebook", torch.zeros(config.codes, config.code_dim))
        self.register_buffer("sums", torch.zeros(config.codes, config.code_dim))
        self.register_buffer("counts", torch.zeros(config.codes))
        self.register_buffer("ready", torch.tensor(False))

    def nearest(self, vectors: Tensor) -> Tensor:
        """Index (N,) of the code nearest to each vector (N, code_dim)."""
        lengths = (self.codebook**2).sum(dim=1)
        return torch.addmm(lengths, vectors, self.codebook.T, alpha=-2.0).argmin(dim=1)

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Codes (B, T, code_dim) in place of vectors of the same shape, the commitment loss, the perplexity."""
        flat = vectors.flatten(0, 1).to(self.codebook.dtype)
        if self.training and not bool(self.ready):
            self._start(flat.detach())
        index = self.nearest(flat.detach())
        codes = self.codebook[index]
        share = torch.bincount(index, minlength=self.config.codes) / len(index)
        perplexity = torch.exp(-(share * torch.log(share + 1e-10)).sum())
        if self.training:
            self._follow(flat.detach(), index)
        commitment = mse_loss(flat, codes)
        passed = flat + (codes - flat).detach()
        return passed.view(vectors.shape), commitment, perplexity

    def _start(self, vectors: Tensor) -> None:
        self.codebook.copy_(_drawn(vectors, self.config.codes))
        self.sums.copy_(self.codebook)
        self.counts.fill_(1.0)
        self.ready.fill_(True)

    @torch.no_grad()
    def _follow(self, vectors: Tensor, index: Tensor) -> None:
        decay = self.config.decay
        total = torch.zeros_like(self.sums).index_add_(0, index, vectors)
        count = torch.bincount(index, minlength=self.config.codes).to(total.dtype)
        self.sums.mul_(decay).add_(total, alpha=1.0 - decay)
        self.counts.mul_(decay).add_(count, alpha=1.0 - decay)
        dead = torch.nonzero(self.counts < self.config.revive_below)[:, 0]
        if len(dead):
            level = max(self.config.revive_below, 1e-3) / decay**20  # twenty batches to be found useful
            self.sums[dead] = _drawn(vectors, len(dead)) * level
            self.counts[dead] = level
        self.codebook.copy_(self.sums / self.counts[:, None])


def _drawn(vectors: Tensor, count: int) -> Tensor:
    """Vectors (count, C) drawn from those of a batch, a little apart where there are fewer."""
    if len(vectors) >= count:
        return vectors[torch.randperm(len(vectors))[:count]]
    chosen = vectors[torch.randint(len(vectors), (count,))]
    return chosen + torch.randn_like(chosen) * (0.01 / np.sqrt(vectors.shape[1]))


class _Residual(nn.Module):
    """x + conv1x1(relu(conv3(relu(x)))), the middle one dilated."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.conv2 = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.conv2(relu(self.conv1(relu(x))))
        return out


class _Resnet1D(nn.Module):
    """Two residual blocks of dilations 3 and 1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.model = nn.Sequential(_Residual(width, 3), _Residual(width, 1))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.model(x)
        return out


def _conv(inside: int, outside: int) -> nn.Conv1d:
    return nn.Conv1d(inside, outside, 3, padding=1)


def _stretched(length: int, width: int) -> list[nn.Module]:
    """Layers that bring the joint axis to a length, whatever it was."""
    return [nn.Upsample(length), _conv(width, width), nn.ReLU()]


def _encoder(config: TokenizerConfig) -> nn.Sequential:
    """(B, 6, 22) -> (B, code_dim, 80)."""
    w = config.width
    layers: list[nn.Module] = [_conv(6, w), nn.ReLU()]
    for length in (UPSAMPLED, 2 * UPSAMPLED, 4 * UPSAMPLED):
        layers += _stretched(length, w)
    layers += [nn.Conv1d(w, w, 4, stride=2, padding=1), _Resnet1D(w), _conv(w, config.code_dim)]
    return nn.Sequential(*layers)


def _decoder(config: TokenizerConfig) -> nn.Sequential:
    """(B, code_dim, 80) -> (B, 6, 22)."""
    w = config.width
    layers: list[nn.Module] = [_conv(config.code_dim, w), nn.ReLU()]
    for length in np.linspace(N_BODY, N_TOKENS, _STEPS, endpoint=False, dtype=int)[::-1].tolist():
        layers += _stretched(length, w)
    layers += [_Resnet1D(w), _conv(w, w), _conv(w, 6)]
    return nn.Sequential(*layers)


def _begin(encoder: nn.Sequential, decoder: nn.Sequential) -> None:
    """Weights that keep the size of what passes (He et al. 2015); the first poses are near the T-pose."""
    for module in (*encoder.modules(), *decoder.modules()):
        if isinstance(module, nn.Conv1d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    last = decoder[-1]
    assert isinstance(last, nn.Conv1d) and last.bias is not None
    with torch.no_grad():
        last.weight.mul_(0.1)
        last.bias.copy_(rotmat_to_six(torch.eye(3), "rows"))


def save(tokenizer: PoseTokenizer, file: Path, measured: dict[str, Any] | None = None) -> None:
    """Write the weights in half precision, and beside them a .json with the sizes and what was measured."""
    state = {k: v.half().contiguous() for k, v in tokenizer.state_dict().items() if k not in _WHILE_TRAINING}
    save_file(state, file)
    about = {"config": tokenizer.config.to_dict(), **(measured or {})}
    file.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def load(file: Path = SHIPPED) -> PoseTokenizer:
    """A tokenizer that `save` wrote, in single precision, ready to encode and decode.

    Raises:
        BadFile: a file is missing or is of another network.
    """
    try:
        config = TokenizerConfig(**json.loads(file.with_suffix(".json").read_text("utf-8"))["config"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFile(f"{file.with_suffix('.json')} gives no sizes: {error!r}", "see docs/models.md") from error
    state = {k: v.float() for k, v in read_weights(file).items()}
    return filled(PoseTokenizer(config), state, file)


def filled(tokenizer: PoseTokenizer, state: dict[str, Tensor], file: Path) -> PoseTokenizer:
    """The tokenizer with these weights, ready to encode and decode.

    Raises:
        BadFile: a weight is missing, of another shape, or of no use.
    """
    as_new = {k: v for k, v in tokenizer.state_dict().items() if k in _WHILE_TRAINING}
    load_exactly(tokenizer, {**as_new, **state}, file)
    tokenizer.quantizer.ready.fill_(True)
    return tokenizer.eval()

"""A transducer's other half: what was written so far is read by a small net, and joined with each frame (Graves 2012).

The head itself turns frames into the joint space; `written` does that for tokens, `joined` makes scores of both. `side` scores
units from frames alone, for a CTC loss beside the transducer's.
Source: Graves 2012 (arXiv:1211.3711); stateless: Ghodsi et al. 2020, Rnn-Transducer with Stateless Prediction Network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor, nn

from aural.nets import face
from aural.nets.heads._blanks import begun_with_blanks
from aural.settings import option

OVER = "sequence"


@dataclass(frozen=True)
class Config:
    reader: str = option("stateless", "reads what was written: its last tokens, or all of it", choices=("stateless", "lstm"))
    context: int = option(2, "tokens that a stateless reader sees", least=1, most=16)
    joint: int = option(96, "size of the space in which sound and text meet", least=2, most=2048)
    dropout: float = option(0.1, "share of each frame's and each token's vector dropped in training", least=0, most=0.9)


def tiny() -> Config:
    """For tests."""
    return Config(joint=8, dropout=0.0)


@final
class Head(face.Head):
    """[B, F, D] -> [B, F, J], the frames in the joint space; class 0 is the blank, and the token before the first one."""

    onward: ClassVar[bool] = True

    def __init__(self, config: Config, width: int, outputs: int) -> None:
        super().__init__()
        size = config.joint
        self.reader, self.context = config.reader, config.context
        self.dropout = nn.Dropout(config.dropout)
        self.frame, self.side = nn.Linear(width, size), begun_with_blanks(nn.Linear(width, outputs + 1))
        if config.reader == "stateless":
            self.seen = nn.ModuleList(nn.Embedding(outputs + 1, size) for _ in range(config.context))
        else:
            self.seen = nn.ModuleList([nn.Embedding(outputs + 1, size)])
            self.recurrent = nn.LSTM(size, size, batch_first=True)
        self.token, self.out = nn.Linear(size, size), begun_with_blanks(nn.Linear(size, outputs + 1))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return self.frame(self.dropout(x))

    def units(self, x: Tensor) -> Tensor:
        """Frames [B, F, D] -> log-probabilities [B, F, K + 1] for a CTC loss."""
        return torch.log_softmax(self.side(self.dropout(x)), dim=-1)

    def written(self, tokens: Tensor) -> Tensor:
        """Tokens [B, L] -> [B, L + 1, J]: what was read before each of them, and behind the last."""
        tokens = nn.functional.pad(tokens, (1, 0))
        if self.reader == "stateless":
            count = tokens.shape[1]
            wide = nn.functional.pad(tokens, (self.context - 1, 0))
            x = torch.stack([e(wide[:, k : k + count]) for k, e in enumerate(self.seen)]).sum(0).relu()
        else:
            x = self.recurrent(self.seen[0](tokens))[0]
        return self.token(self.dropout(x))

    def joined(self, frames: Tensor, written: Tensor) -> Tensor:
        """[..., J] of frames and of texts, which spread over each other -> logits [..., K + 1]."""
        return self.out(torch.tanh(frames + written))

    def arrays(self) -> dict[str, Tensor]:
        """The weights of `written` and `joined` by the names of the engine that runs them."""
        found = {"token": self.token.weight, "token_bias": self.token.bias, "out": self.out.weight, "out_bias": self.out.bias}
        found["seen"] = torch.stack([e.weight for e in self.seen])
        if self.reader == "lstm":
            layer = self.recurrent
            found |= {"input": layer.weight_ih_l0, "state": layer.weight_hh_l0, "bias": layer.bias_ih_l0 + layer.bias_hh_l0}
        return {name: value.detach() for name, value in found.items()}

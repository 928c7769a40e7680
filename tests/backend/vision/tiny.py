"""Checkpoints of ViTPose and RT-DETR with tiny random weights, as transformers writes them."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrResNetConfig,
    VitPoseBackboneConfig,
    VitPoseConfig,
    VitPoseForPoseEstimation,
)
from transformers.models.rt_detr.image_processing_pil_rt_detr import RTDetrImageProcessorPil
from transformers.models.vitpose.image_processing_pil_vitpose import VitPoseImageProcessorPil

HEIGHT, WIDTH = 64, 48  # px


def write_vitpose(folder: Path, *, keypoints: int = 17, experts: int = 1, labels: list[str] | None = None) -> Path:
    """A ViTPose for pictures of 64 x 48 px. Returns the folder."""
    torch.manual_seed(1)
    backbone = VitPoseBackboneConfig(
        image_size=(HEIGHT, WIDTH),
        patch_size=(16, 16),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_experts=experts,
        part_features=8,
        out_indices=[2],
    )
    config = VitPoseConfig(backbone_config=backbone, num_labels=keypoints)
    if labels:
        config.id2label = dict(enumerate(labels))
    VitPoseForPoseEstimation(config).save_pretrained(folder)
    VitPoseImageProcessorPil(size={"height": HEIGHT, "width": WIDTH}).save_pretrained(folder)
    return folder


def write_detector(folder: Path, labels: tuple[str, ...] = ("person", "bicycle", "car")) -> Path:
    """An RT-DETR for pictures of 64 x 64 px. Returns the folder."""
    torch.manual_seed(2)
    backbone = RTDetrResNetConfig(
        embedding_size=16,
        hidden_sizes=[16, 32, 32, 64],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = RTDetrConfig(
        backbone_config=backbone,
        encoder_hidden_dim=32,
        encoder_in_channels=[32, 32, 64],
        encoder_ffn_dim=32,
        encoder_attention_heads=2,
        d_model=32,
        decoder_in_channels=[32, 32, 32],
        decoder_ffn_dim=32,
        decoder_attention_heads=2,
        decoder_layers=1,
        num_queries=20,
        num_denoising=0,
        id2label=dict(enumerate(labels)),
        label2id={label: k for k, label in enumerate(labels)},
    )
    RTDetrForObjectDetection(config).save_pretrained(folder)
    RTDetrImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder

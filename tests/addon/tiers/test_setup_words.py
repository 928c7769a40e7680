"""addon/tiers/setup_words.py: what pip says, as progress and as reasons."""

import pytest
from posewright_ext.addon.tiers import setup_words


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Error: [Errno 13] Permission denied: '/x/env'", "cannot be written"),
        ("No module named venv", "cannot make environments"),
        ("The virtual environment was not created because ensurepip is not available", "cannot make environments"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "certificate"),
        ("pip download failed: x. is this computer online? then try again", "no connection"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "no connection"),
        ("ERROR: No matching distribution found for ai-edge-litert", "no package ai-edge-litert"),
        ("What: its checksum differs", "checksum"),
        ("a\nValueError: odd\n", "exit code 7). Its last words: ValueError: odd"),
    ],
)
def test_failures_are_told_in_words(said, expected):
    message, hint = setup_words.explain(said, 7)
    assert expected in message and hint


def test_progress_is_read_from_the_lines_of_pip():
    read = setup_words.progress_of
    assert read("Progress 25 of 100").fraction == 0.25 and read("Progress 25 of 100").stage == ""
    assert read("  Downloading torch-2.13.0-cp311.whl (900.1 MB)").stage == "Downloading torch (900.1 MB)"
    assert read("Collecting numpy>=1.26").stage == "Looking for numpy"
    assert read("Progress 5 of 0").fraction is None and read("anything else") is None

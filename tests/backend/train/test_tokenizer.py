from __future__ import annotations

from backend.train.tokenizer import ASSISTANT, END, USER, learn_tokenizer

TEXTS = ["the left arm is raised by 45 degrees", "the right knee is bent 135 degrees"] * 20


def test_any_text_comes_back() -> None:
    tokenizer = learn_tokenizer(TEXTS, 400, ["<POSE>"])
    for text in ("The left arm is raised by 45 degrees.", "naïve — 90°, 你好", "  two  spaces"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_figures_go_digit_by_digit_and_marks_are_one_token() -> None:
    tokenizer = learn_tokenizer(TEXTS, 400, ["<POSE>", "<pose>"])
    assert tokenizer.tokenize("135")[-3:] == ["1", "3", "5"]
    assert len(tokenizer("<POSE>")["input_ids"]) == 1 and tokenizer("<POSE>") != tokenizer("<pose>")


def test_a_conversation_is_written_turn_by_turn() -> None:
    tokenizer = learn_tokenizer(TEXTS, 400)
    turns = [
        {"role": "system", "content": "never learned"},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": "more"},
    ]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert text == f"{USER}hello{ASSISTANT}hi{END}{USER}more{ASSISTANT}"

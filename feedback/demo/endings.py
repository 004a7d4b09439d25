"""How a predicate ends a sentence, or runs on into the next, in each register.

Registers: keigo, desu and da (polite, everyday, flat written style), casual, angry, memo
(a shop assistant's note of what was said) and light kansai, hakata and tohoku.
"""

from __future__ import annotations

from random import Random

from feedback.demo.fragments import Fragment
from feedback.demo.grammar import Forms

POLITE = ("keigo", "desu", "angry")
DIALECTS = ("kansai", "hakata", "tohoku")


def finish(fragment: Fragment, register: str, rng: Random) -> str:
    """The predicate as the end of a sentence, without the full stop."""
    if fragment.mark == "r":
        return _request(fragment.forms, register, rng)
    if fragment.mark == "q":
        return _question(fragment.forms, register, rng)
    return _statement(fragment, register, rng)


def continued(fragment: Fragment, register: str, rng: Random) -> str:
    """The predicate leading into a clause that says the opposite (…が、…けど、)."""
    f = fragment.forms
    if register == "keigo":
        return f.polite + rng.choice(("が、", "が、", "けれども、"))
    if register in ("desu", "angry"):
        return rng.choice((f.polite + "が、", f.polite + "けど、", f.plain + "けど、"))
    if register in ("da", "memo"):
        return f.plain + rng.choice(("が、", "が、", "けれど、"))
    if register == "casual":
        return f.casual + rng.choice(("けど", "けど、", "けどさ、"))
    if register == "kansai":
        return f.kansai + "けど、"
    if register == "hakata":
        return f.hakata + rng.choice(("けど、", "ばってん、"))
    return _tohoku(f) + "けんど、"


def added(fragment: Fragment, register: str, rng: Random) -> str:
    """The predicate leading into a clause that says more of the same (…し、)."""
    f = fragment.forms
    if register in ("keigo", "angry"):
        return f.polite + "し、"
    if register == "desu":
        return rng.choice((f.polite, f.plain)) + "し、"
    if register == "kansai":
        return f.kansai + "し、"
    if register == "hakata":
        return f.hakata + "し、"
    if register == "tohoku":
        return _tohoku(f) + "し、"
    return (f.casual if register == "casual" else f.plain) + "し、"


def because(fragment: Fragment, register: str, rng: Random) -> str:
    """The predicate as the reason for what follows (…ので、)."""
    f = fragment.forms
    if register == "keigo":
        return f.polite + "ので、"
    if register == "kansai":
        return f.kansai + rng.choice(("から、", "さかい、"))
    if register == "hakata":
        return f.hakata + "けん、"
    if register == "tohoku":
        return _tohoku(f) + "から、"
    if register == "casual":
        return f.casual + "から"
    return f.attributive + "ので、"


def _statement(fragment: Fragment, register: str, rng: Random) -> str:
    f = fragment.forms
    glad = fragment.polarity == "positive"
    roll = rng.random()
    if register == "keigo":
        if roll < 0.12 and not glad and fragment.mark == "-":
            return f.attributive + "のですが"
        return f.polite
    if register == "desu":
        if roll < 0.12 and not glad:
            return f.attributive + "んです"
        if roll < 0.22:
            return f.polite + ("ね" if glad else "")
        return f.polite
    if register == "da":
        return f.plain
    if register == "memo":
        return _noted(f, 0.0 if fragment.mark == "=" else roll)
    if register == "angry":
        if fragment.mark != "-" or roll < 0.45:
            return f.polite + ("！" if roll < 0.25 and fragment.mark == "-" else "")
        if roll < 0.7:
            return f.attributive + "んですけど"
        return f.plain + "とはどういうことですか" if f.kind == "v" else f.polite + "！！"
    if register == "casual":
        return _casual(f, glad, rng)
    if register == "kansai":
        if f.kind == "n":
            return rng.choice(
                (f.kansai + "わ", f.kansai + "ねん", f.casual_attributive + "んやけど", f.kansai)
            )
        return f.kansai + rng.choice(("わ", "ねん" if not f.past else "わ", "んやけど", "で", ""))
    if register == "hakata":
        if f.kind == "n":
            return rng.choice(
                (f.bare + "ばい", f.casual_attributive + "っちゃけど", f.bare + "やけんね")
            )
        return f.hakata + rng.choice(("とよ", "ばい", "っちゃけど", ""))
    return _tohoku(f) + rng.choice(
        ("なあ", "んだよなあ" if f.kind != "n" else "なや", "っちゃ", "")
    )


def _noted(f: Forms, roll: float) -> str:
    if roll < 0.6:
        return f.plain + "とのこと"
    return f.plain + ("とのご意見" if roll < 0.85 else "というお話")


def _casual(f: Forms, glad: bool, rng: Random) -> str:
    if f.kind == "n":
        return rng.choice(
            (f.bare, f.casual, f.casual + "よ", f.casual + ("ね" if glad else "し"),
             f.casual + "なあ" if glad else f.casual_attributive + "んだけど", f.bare + "！")
        )  # fmt: skip
    ends = (
        ("", "", "！", "〜", "よ", "ね") if glad else ("", "", "んだけど", "んだが", "し", "んだよね", "〜")
    )  # fmt: skip
    return f.casual + rng.choice(ends)


def _request(f: Forms, register: str, rng: Random) -> str:
    te = f.te_negative_request
    gentle = not f.negative
    if register == "keigo":
        if not gentle:
            return te + rng.choice(("いただけると助かります", "いただきたいです", "いただけますか"))
        return te + rng.choice(
            ("いただけると助かります", "いただけないでしょうか", "いただきたいです",
             "いただけるとうれしいです", "いただけますと幸いです")
        )  # fmt: skip
    if register == "desu":
        return te + rng.choice(
            (
                "ほしいです",
                "ほしいです",
                "もらえると助かります",
                "ください",
                "くれるとありがたいです",
            )
        )
    if register == "da":
        return te + rng.choice(("ほしい", "もらいたい", "ほしいものだ"))
    if register == "memo":
        return te + rng.choice(("ほしいとのこと", "ほしいとのご要望", "もらえないかとのご相談"))
    if register == "angry":
        return te + rng.choice(("ください！", "ください", "くれませんか"))
    if register == "kansai":
        return te + rng.choice(("ほしいわ", "くれへん？", "や〜", "もらえたら助かるんやけど"))
    if register == "hakata":
        return te + rng.choice(("ほしか", "くれんね", "もらえると助かるっちゃけど"))
    if register == "tohoku":
        return te + rng.choice(("けろ", "ほしいなあ", "もらえっと助かる"))
    return te + rng.choice(
        ("ほしい", "ほしいなあ", "くれー", "ほしいんだけど", "くれたら神", "ください！")
    )


def _question(f: Forms, register: str, rng: Random) -> str:
    noun = f.kind == "n"
    if register == "keigo":
        if noun or f.kind == "a":
            return f.bare + "でしょうか"
        return rng.choice(
            (f.polite + "でしょうか", f.polite + "か", f.attributive + "のでしょうか")
        )
    if register == "desu" and noun:
        return f.bare + rng.choice(("ですか？", "でしょうか", "ですか"))
    if register == "angry" and noun:
        return f.bare + rng.choice(("ですか！", "ですか。はっきりしてください"))
    if register in ("desu", "angry"):
        ends = [f.polite + "か？", f.attributive + "んですか？", f.polite + "か"]
        return (
            rng.choice(ends) if register == "desu" else rng.choice(ends[:2]).replace("？", "！？")
        )
    if register == "da":
        return f.bare + ("だろうか" if noun else rng.choice(("のだろうか", "のか")))
    if register == "memo":
        return f.bare + rng.choice(("かとのお問い合わせ", "かとのご質問", "か確認したいとのこと"))
    if register == "kansai":
        return f.casual_attributive + "ん？"
    if register == "hakata":
        return f.casual_attributive + ("ん？" if noun else rng.choice(("と？", "とかいな")))
    if register == "tohoku":
        return f.casual_attributive + rng.choice(("んだべ", "んだべか"))
    return rng.choice(
        (f.bare + "？", f.casual_attributive + "の？", f.casual_attributive + "んだろ")
    )


def _tohoku(f: Forms) -> str:
    if f.negative and f.kind == "v":
        return f.casual.replace("なかった", "ねがった") if f.past else f.casual[:-2] + "ねえ"
    return f.casual

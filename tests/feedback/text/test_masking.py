import pytest

from feedback.text import analyse, default_taxonomy, mask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電話は０９０ー１２３４ー５６７８です", "電話は【電話番号】です"),
        ("担当者09012345678まで", "担当者【電話番号】まで"),
        ("090−1234−5678に", "【電話番号】に"),
        ("0120-123-456へ", "【電話番号】へ"),
        ("連絡先:03(1234)5678", "連絡先:【電話番号】"),
        ("+81 90-1234-5678", "【電話番号】"),
        ("TEL:050-1234-5678FAX:03-1234-5679", "TEL:【電話番号】FAX:【電話番号】"),
        ("メールはtaro@example.jpです", "メールは【メール】です"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐに", "【メール】に"),
        ("https://example.jp/a?b=1。見た", "【URL】。見た"),
        ("（https://example.jp/）", "（【URL】）"),
        ("カード4111111111111111で", "カード【カード番号】で"),
        ("4111 1111 1111 1111で払った", "【カード番号】で払った"),
        ("〒150-0001東京都", "〒150-0001東京都".replace("〒150-0001", "【郵便番号】")),
        ("150-0001 東京都渋谷区", "【郵便番号】 東京都渋谷区"),
        ("マイナンバーは123456789012です", "マイナンバーは【マイナンバー】です"),
    ],
)
def test_private_particulars_become_placeholders(text, expected):
    assert mask(text) == expected
    assert analyse(text, default_taxonomy()).masked == expected


@pytest.mark.parametrize(
    "text",
    [
        "注文番号4111111111111111",
        "注文番号0901234567",
        "受付番号:090-1234-5678",
        "型番AB-090-1234-5678",
        "注文ID 12345678901",
        "追跡番号 1234-5678-9012",
        "123456789012個",
        "4111111111111112",
        "2024-01-02に届いた",
        "価格は12,345円",
        "JAN 4901234567894",
        "10:30-11:30に@駅前",
        "(>_<) a<b",
    ],
)
def test_order_numbers_codes_and_dates_stay(text):
    assert mask(text) == text


def test_masked_text_keeps_the_writer_s_own_spelling():
    assert mask("ﾊﾟｽﾜｰﾄﾞ！\r\n０９０－１２３４－５６７８") == "ﾊﾟｽﾜｰﾄﾞ！\n【電話番号】"


def test_nothing_private_is_left_in_compounds_or_tokens():
    analysis = analyse("yamada-taro@example.jpと090-1234-5678に連絡ください", default_taxonomy())

    assert analysis.compounds == ("連絡",)
    assert "yamada" not in analysis.tokens
    assert "5678" not in analysis.tokens

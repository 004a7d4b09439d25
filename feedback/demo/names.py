"""Lists from which names of people and companies are put together."""

from __future__ import annotations

# written, kana, Latin
FAMILIES: tuple[tuple[str, str, str], ...] = tuple(
    tuple(row.split())  # type: ignore[misc]
    for row in """佐藤 さとう sato|鈴木 すずき suzuki|高橋 たかはし takahashi|田中 たなか tanaka|伊藤 いとう ito|渡辺 わたなべ watanabe
山本 やまもと yamamoto|中村 なかむら nakamura|小林 こばやし kobayashi|加藤 かとう kato|吉田 よしだ yoshida|山田 やまだ yamada
佐々木 ささき sasaki|山口 やまぐち yamaguchi|松本 まつもと matsumoto|井上 いのうえ inoue|木村 きむら kimura|林 はやし hayashi
斎藤 さいとう saito|清水 しみず shimizu|山崎 やまざき yamazaki|森 もり mori|池田 いけだ ikeda|橋本 はしもと hashimoto
阿部 あべ abe|石川 いしかわ ishikawa|前田 まえだ maeda|藤田 ふじた fujita|後藤 ごとう goto|岡田 おかだ okada
長谷川 はせがわ hasegawa|村上 むらかみ murakami|近藤 こんどう kondo|石井 いしい ishii|坂本 さかもと sakamoto|遠藤 えんどう endo
青木 あおき aoki|藤井 ふじい fujii|西村 にしむら nishimura|福田 ふくだ fukuda|太田 おおた ota|三浦 みうら miura
岡本 おかもと okamoto|松田 まつだ matsuda|中川 なかがわ nakagawa|中野 なかの nakano|原田 はらだ harada|小野 おの ono
田村 たむら tamura|竹内 たけうち takeuchi|金子 かねこ kaneko|和田 わだ wada|中山 なかやま nakayama|石田 いしだ ishida
上田 うえだ ueda|森田 もりた morita|原 はら hara|柴田 しばた shibata|酒井 さかい sakai|工藤 くどう kudo
横山 よこやま yokoyama|宮崎 みやざき miyazaki|宮本 みやもと miyamoto|内田 うちだ uchida|高木 たかぎ takagi|谷口 たにぐち taniguchi
大野 おおの ono|丸山 まるやま maruyama|今井 いまい imai|河野 こうの kono|藤原 ふじわら fujiwara|村田 むらた murata
武田 たけだ takeda|上野 うえの ueno|杉山 すぎやま sugiyama|増田 ますだ masuda|平野 ひらの hirano|大塚 おおつか otsuka
千葉 ちば chiba|久保 くぼ kubo|松井 まつい matsui|小島 こじま kojima|岩崎 いわさき iwasaki|桜井 さくらい sakurai
野口 のぐち noguchi|松尾 まつお matsuo|野村 のむら nomura|木下 きのした kinoshita|菊地 きくち kikuchi|佐野 さの sano
大西 おおにし onishi|杉本 すぎもと sugimoto|新井 あらい arai|浜田 はまだ hamada|市川 いちかわ ichikawa|古川 ふるかわ furukawa""".replace(
        "\n", "|"
    ).split("|")
)

GIVENS: tuple[tuple[str, str, str], ...] = tuple(
    tuple(row.split())  # type: ignore[misc]
    for row in """陽子 ようこ yoko|恵子 けいこ keiko|由美 ゆみ yumi|真由美 まゆみ mayumi|久美子 くみこ kumiko|裕子 ゆうこ yuko
美咲 みさき misaki|葵 あおい aoi|結衣 ゆい yui|さくら さくら sakura|遥 はるか haruka|彩 あや aya|千尋 ちひろ chihiro
智子 ともこ tomoko|直美 なおみ naomi|幸子 さちこ sachiko|和子 かずこ kazuko|愛 あい ai|麻衣 まい mai|奈々 なな nana
花 はな hana|美穂 みほ miho|香織 かおり kaori|里奈 りな rina|綾子 あやこ ayako|文 ふみ fumi|桃子 ももこ momoko
健一 けんいち kenichi|誠 まこと makoto|隆 たかし takashi|浩 ひろし hiroshi|大輔 だいすけ daisuke|翔 しょう sho
拓也 たくや takuya|健太 けんた kenta|直樹 なおき naoki|和也 かずや kazuya|亮 りょう ryo|学 まなぶ manabu|修 おさむ osamu
勇気 ゆうき yuki|翼 つばさ tsubasa|蓮 れん ren|大和 やまと yamato|悠斗 ゆうと yuto|隼人 はやと hayato|圭 けい kei
正 ただし tadashi|進 すすむ susumu|茂 しげる shigeru|薫 かおる kaoru|光 ひかる hikaru|歩 あゆみ ayumi|司 つかさ tsukasa
信子 のぶこ nobuko|紀子 のりこ noriko|純 じゅん jun|望 のぞみ nozomi|泉 いずみ izumi|渚 なぎさ nagisa|晶 あきら akira""".replace(
        "\n", "|"
    ).split("|")
)

PREFECTURES: tuple[tuple[str, float], ...] = (
    ("東京都", 20), ("神奈川県", 10), ("大阪府", 9), ("埼玉県", 7), ("愛知県", 7), ("千葉県", 6),
    ("兵庫県", 5), ("福岡県", 5), ("北海道", 5), ("静岡県", 4), ("京都府", 3), ("宮城県", 3),
    ("広島県", 3), ("新潟県", 2), ("長野県", 2), ("岡山県", 2), ("熊本県", 2), ("福島県", 2),
    ("岐阜県", 2), ("山形県", 1), ("沖縄県", 1), ("石川県", 1), ("愛媛県", 1), ("岩手県", 1),
)  # fmt: skip
DIALECT_OF = {
    "大阪府": "kansai", "兵庫県": "kansai", "京都府": "kansai", "福岡県": "hakata",
    "宮城県": "tohoku", "山形県": "tohoku", "岩手県": "tohoku", "福島県": "tohoku",
}  # fmt: skip

COMPANY_FORMS = (
    "株式会社{}",
    "有限会社{}",
    "{}合同会社",
    "{}株式会社",
    "医療法人{}会",
    "{}協同組合",
)
COMPANY_HEADS = (
    "つきみ橋", "あさぎ丘", "かざはな", "みず木台", "ことり坂", "ひなた橋", "しろがね峠", "もみの森",
    "はまなす岬", "うみねこ町", "ゆきやなぎ", "こがね沢", "つばくろ", "あかね川", "よもぎ野", "ほたる池",
    "くるみ沢", "さざなみ坂", "たんぽぽ台", "しおかぜ町",
)  # fmt: skip
COMPANY_TAILS = {
    "飲食": "食堂", "宿泊": "旅荘", "事務": "計算事務所", "医療": "診療所", "建設": "工務店", "小売": "雑貨",
    "教育": "学習室", "印刷": "印刷", "美容": "美容室", "不動産": "住まい",
}  # fmt: skip
HANDLE_WORDS = (
    "まるねこ", "夜ふかし", "くらし手帖", "もちもち", "ひとり鍋", "朝の散歩", "麦茶", "ぽんず", "さくら色",
    "主婦歴", "転勤族", "在宅勤務", "ベランダ", "コーヒー党", "そら豆", "積ん読", "うたた寝", "白くま", "豆大福",
    "ななみ", "とらきち", "はちわれ", "めがね", "二児の母", "三毛", "のんびり", "ふくろう", "週末料理",
)  # fmt: skip
MAIL_DOMAINS = ("mail.example", "post.example", "tegami.example", "hako.example")

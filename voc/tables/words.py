"""Headers as Japanese and English office files write them."""

# The words of each field, most telling first, compared by `column_key`.
# A running number (No., 連番, 通番) is left out of `id` on purpose: it starts again in every
# file, so the second month's file would look like the first one sent twice.
WORDS: dict[str, str] = {
    "text": """ご意見 意見 ご要望 要望 ご意見ご要望 ご意見ご感想 自由記述 自由回答 自由記入 自由意見
        自由記述欄 自由記入欄 コメント 感想 ご感想 本文 内容 問い合わせ内容 お問い合わせ内容
        問合せ内容 投稿内容 回答内容 レビュー レビュー本文 レビュー内容 口コミ クチコミ お客様の声
        理由 フリーアンサー メッセージ 不満点 改善点 良かった点 気になった点 文章
        text comment comments feedback review reviewtext reviewbody body content message verbatim
        opinion freetext openend openanswer valuetext remarks description reason""",
    "score": """推奨度 nps おすすめ度 お勧め度 推奨意向 満足度 総合満足度 csat ces 評価 総合評価 評点 点数
        スコア 得点 星 星の数 評価点 rating score stars npsscore starrating satisfaction
        valuenumber""",
    "date": """回答日時 回答日 タイムスタンプ 投稿日時 投稿日 受付日時 受付日 送信日時 送信日 日時 日付
        問い合わせ日時 問い合わせ日 お問い合わせ日 注文日時 注文日 受注日時 受注日 購入日時 購入日
        登録日時 登録日 作成日時 作成日 年月日 入会日 timestamp date datetime createdat created
        submittedat collectedat answeredat respondedat postedat receivedat orderedat orderdate
        purchasedat purchasedate reviewdate submitdate submissiondate time at""",
    "customer": """会員番号 会員id 会員no 会員コード 顧客番号 顧客id 顧客no 顧客コード お客様番号 お客様id
        お客様コード ユーザーid ユーザid ユーザー番号 利用者id 得意先コード 得意先番号 customerid
        customer customerno customercode userid user memberid member clientid""",
    "product": """商品名 商品 製品名 製品 品名 サービス名 サービス プラン名 プラン 商品コード 製品コード 品番
        機種 product productname item itemname sku service plan""",
    "segment": """セグメント 顧客区分 会員区分 会員種別 会員ランク お客様区分 顧客ランク 年代 属性 層 ランク
        segment customersegment cohort group tier rank""",
    "topic": """トピック 話題 カテゴリ カテゴリー 分類 ラベル 問い合わせ種別 お問い合わせ種別 問合せ種別
        topic label category tag theme""",
    "id": """id 回答id 回答番号 投稿id レビューid 受付番号 受付id 管理番号 整理番号 問い合わせ番号
        お問い合わせ番号 uuid submissionid responseid answerid commentid reviewid recordid
        externalid rowid respondentid""",
    "email": """メールアドレス メール eメール 電子メール 電子メールアドレス email emailaddress mail
        mailaddress""",
    "phone": "電話番号 電話 携帯番号 携帯電話 携帯電話番号 連絡先電話番号 phone tel phonenumber mobile",
    "name": """氏名 お名前 名前 顧客名 お客様名 会員名 担当者名 ご担当者名 担当者 ご氏名 name fullname
        customername contactname""",
    "company": """会社名 会社 企業名 法人名 貴社名 勤務先 勤務先名 得意先名 得意先 取引先名 取引先 団体名
        company companyname account accountname organization organisation""",
    "amount": """金額 合計金額 合計 注文金額 購入金額 受注金額 支払金額 お支払い金額 請求金額 税込金額 売上
        売上金額 小計 amount total totalamount totalprice subtotal price revenue""",
    "order_id": """注文番号 注文id 注文no 受注番号 受注id 伝票番号 オーダー番号 オーダーid 購入番号 取引番号
        orderid orderno ordernumber order transactionid""",
    "quantity": "数量 個数 点数 quantity qty",
    "channel": "チャネル 経路 媒体 流入経路 channel source medium",
    "language": "言語 language lang locale",
}

# Parts of questions used as headers (forms export the question itself).
PARTS: dict[str, tuple[str, ...]] = {
    "text": (
        "自由に", "お書きください", "お聞かせください", "ご記入ください", "お教えください", "教えてください",
        "理由", "感想", "意見", "要望", "自由記", "コメント", "具体的に",
    ),
    "score": ("推奨", "勧め", "すすめ", "薦め", "満足度", "満足", "nps", "csat", "ces", "段階", "評価"),
    "date": ("日時", "タイムスタンプ", "timestamp"),
}  # fmt: skip

"""Whole messages and plain scores, as patterns: what only thanks, and what names a score of 1 to 5."""

import re

THANKS_WORDS = (
    # Chinese
    "(?:非常|十分|太|真|很|万分|多|超级|真的|真是|衷心)*(?:谢谢|感谢|谢)(?:了|啦|你|您|你们|您们|大家|老师|亲|客服|小姐姐|小哥)*"
    "(?:的?(?:帮助|帮忙|回复|解答|答复|支持|耐心))?|辛苦(?:了|啦|你了|您了|你们了)?|(?:麻烦|打扰)(?:了|你了|您了|你们了)|"
    "好(?:的|滴|哒|嘞|吧|呀|啊|啦|了|呢)*|行(?:的|吧|了)?|可以(?:了|的)?|[嗯恩哦噢喔唔]+|收到(?:了|啦)?|知道(?:了|啦)|"
    "(?:我)?(?:明白|了解|懂)(?:了|啦)?|没问题(?:了|啦)?|没事(?:了|啦)|不用(?:了|啦)|(?:已经?)?(?:解决|搞定|处理好|弄好)(?:了|啦)|"
    "太(?:好|棒|赞)(?:了|啦)|很?棒|赞|再见|拜拜|不客气|客气了|哈+|嘿+|"
    # English
    "(?:many |so many |ok |big )?(?:thanks?|thankyou|thank you|thank u|thanx|thnx|thx|tysm|ty|cheers)"
    "(?: you)?(?: (?:so|very) much| a lot| a million| a bunch| again"
    "| guys| all| everyone| anyway| both| then)*"
    "(?: for (?:the|your|all your|all the) "
    "(?:help|quick reply|reply|support|time|answer|patience|assistance))?|"
    "(?:much|really|i) appreciated?(?: it)?|o?k(?:ay|k)?|great|perfect|awesome|excellent|wonderful|cool|"
    "nice|got it|i see|understood|will do|noted|sure|alright|all right|fine|all good|all set|solved|resolved|"
    "fixed|it works(?: now)?|works now|that works|that helps|that helped|no problem|no worries|good|yes|yep|"
    "yeah|bye|goodbye|have a (?:nice|good|great) (?:day|one|evening|weekend)|you too|very helpful|"
    # Sticker names as WeChat and Weibo write them, and emoji
    r"\[(?:强|抱拳|玫瑰|鲜花|握手|爱心|心|合十|双手合十|ok|愉快|呲牙|胜利|拥抱|鼓掌|赞|谢谢|good|微笑|太开心|哈哈)\]|"
    "[👍🙏❤♥😊😀😃😄😁🙂☺😉👌💪🌹🌷💐🎉🤝✅👏🥰😍💕💖💯🆗🫡✌🏻🏼🏽🏾🏿\ufe0f\u200d]+"
)
GAP = r"[\s,.!~、。;:…^_)(-]"
# Atomic and possessive throughout: no text, however odd, makes it try twice.
THANKS = re.compile(rf"{GAP}*+(?>(?:{THANKS_WORDS})(?=[^a-z]|$){GAP}*+)++")

DIGITS = {
    **{str(n): n for n in range(6)},
    **dict(zip("零一二三四五", range(6), strict=True)),
    **{"两": 2, "满": 5, "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
}
NUMERAL = "[0-5零一二两三四五满]"
SCORE = re.compile(
    rf"(?<![\d.第点/一二三四五六七八九十])({NUMERAL})\s*颗?"
    r"(?:分(?![钟之前后析享开类期组店])|星(?=好评|差评|评|吧|啊|都|不|也|$|[^一-鿿]))"
    r"|(?<![\d./])([0-5])\s*(?:/|out of)\s*5(?![\d/]|\.\d)"
    r"|\b([0-5]|zero|one|two|three|four|five)[\s-]*stars?\b"
    r"|^\s*([0-5])\s*[!.。]*\s*$"
)
NO_SCORE = re.compile(
    r"(?:not|n't|never|不是|不值|不给|没有|不到|达不到)\s*(?:\w{1,20}\s){0,3}"
    rf"{NUMERAL}(?:\s*[分星颗]|[\s-]*star)|\d\.\d"
)
LABELLED = {
    **{"非常满意": 5, "很满意": 5, "满意": 4, "一般": 3, "不满意": 2, "很不满意": 1, "非常不满意": 1},
    **{"very satisfied": 5, "satisfied": 4, "neutral": 3, "dissatisfied": 2, "unsatisfied": 2},
    **{"very dissatisfied": 1, "very unsatisfied": 1},
}

"""Whole messages and plain scores, as patterns: what only thanks, and what names a score of 1 to 5."""

import re

_TO_ZH = (
    "(?:你们|您们|你|您|大家|各位|老师|亲爱的|亲|客服|小姐姐|小哥哥|小哥|老板|店家|商家|掌柜|美女|帅哥"
    "|小[一-鿿](?![一-鿿]))*"
)
_FOR_ZH = (
    "(?:的?(?:耐心|细心|热心|及时|快速|贴心|认真)*的?(?:帮助|帮忙|回复|回答|解答|答复|支持|关心|理解|提醒|讲解|指导)"
    "|的(?:耐心|细心|热心|及时|快速|贴心|认真)*的?(?:处理|服务)|的?耐心)?"
)
_DONE_ZH = "(?:解决|搞定|处理好|弄好|修好|恢复|正常|好用|能用|可以用)"
THANKS_WORDS = (
    # Chinese
    f"(?:非常|十分|太|真|很|万分|多|超级|真的|真是|衷心)*(?:谢谢|感谢|蟹蟹|谢)(?:了|啦|哈|呀)*{_TO_ZH}{_FOR_ZH}(?:了|啦|哈|呀)*|"
    f"感激不尽|感恩|唔该晒?|[3三]q|{_TO_ZH}辛苦(?:了|啦|你了|您了|你们了)?|(?:麻烦|打扰)(?:了|你了|您了|你们了)|"
    "ok(?:的|啦|了|哒|呀|哈)|"
    "好(?:的|滴|哒|嘞|吧|呀|啊|啦|了|呢)*|行(?:的|吧|了)?|可以(?:了|的)?(?!用)|[嗯恩哦噢喔唔]+|知道(?:了|啦)|"
    "(?:已经?)?(?:收到)(?:货|东西|快递|包裹|退款|钱)?(?:了|啦)?|"
    "(?:我)?(?:明白|了解|懂)(?:了|啦)?|没问题(?:了|啦)?|没事(?:儿|了|啦)*|不用(?:谢|客气|了|啦)+|(?:不必|不需要)了|不谢|"
    f"(?:我的|这个)?(?:问题)?(?:已经?{_DONE_ZH}(?:了|啦)?|{_DONE_ZH}(?:了|啦))|"
    "(?:那)?我(?:先|再|这就|回头|去)*试(?:试看|试|一下|下)(?:看|吧)?|"
    "太(?:好|棒|赞)(?:了|啦)|很?棒|赞|(?:给(?:你们?|您)?)?点(?:个)?赞|再见|拜拜|晚安|不客气|客气了|哈+|嘿+|[你您]也是|应该的|"
    "祝(?:您|你|你们)?(?:生活|工作|一切|生意|周末|节日|新年)?(?:愉快|顺利|兴隆|快乐|好)|"
    # English
    "no[, ]+(?:thanks|thank you)|"
    "(?:many |so many |ok |big )?(?:thankyou|thank you|thank u|thanks?|thanx|thnx|thx|tks|tysm|ty|tq|cheers)"
    "(?: you)?(?: (?:so|very) much| a lot| a million| a bunch| again"
    "| guys| mate| all| everyone| anyway| both| then)*"
    "(?: for (?:the|your|all your|all the) "
    "(?:help|quick reply|reply|support|time|answer|patience|assistance))?|"
    "(?:much |really |i |we )*appreciated?(?: (?:it|that|this|(?:the|your|all your) (?:help|support|time)))?|"
    "much obliged|o?k(?:ay|kk?|ie|ey|i)?|great|perfect|awesome|excellent|wonderful|cool|"
    "brilliant|lovely|fantastic|amazing|"
    "nice(?: one)?|got it|i see|understood|will do|noted|sure|alright|all right|fine|"
    "all (?:good|set|sorted|fixed)(?: now)?|"
    "solved|resolved|sorted|fixed|(?:it |it's |its )?(?:works|working|fixed)(?: fine| now| again)*|"
    "received(?: it)?|"
    "(?:it|(?:the|my) (?:parcel|order|package)) (?:has )?arrived|"
    "that (?:works|helps|helped|worked|fixed it|did it)|"
    "i(?:'ll| will) try(?: it| that| this)?|no problem|no worries|good|yes|yep|"
    "yeah|bye|goodbye|have a (?:nice|good|great|lovely) (?:day|one|evening|weekend)|you too|very helpful|"
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

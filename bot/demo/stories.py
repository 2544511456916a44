# ruff: noqa: E501 - sentences stay whole, as they are read
"""What the demo's customers came with in the last three months, in their language, and what they were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """What was asked and answered; a complaint also says why it came to be and what was done."""

    asked: str
    answered: str = ""
    cause: str = ""
    remedy: str = ""


INQUIRIES: Mapping[str, Sequence[Story]] = {
    "zh": (
        Story("你好，订单 {order} 什么时候发货？", "您好，今天下午 4 点前就会出库，单号稍后短信发您。"),
        Story("这款茶壶能放进微波炉吗？", "您好，壶身可以，但竹盖请先取下。"),
        Story("想给妈妈买生日礼物，有没有礼盒装？", "有的，结算时勾选“礼盒”即可，还可以附一张手写卡片。"),
        Story("订单 {order} 能改送到公司吗？", "可以，请把公司地址发我，已为您拦截并改址。"),
        Story("发票抬头写错了，能重开吗？", "已经为您作废旧票，新发票今天内发到邮箱。"),
        Story("龙井是今年的新茶吗？", "是的，今年四月初采的明前茶，罐底印有采摘日期。"),
        Story("水壶的滤网可以单独买吗？", "可以，搜索“滤网配件”就能看到，10 元两片。"),
        Story("优惠券为什么用不了？", "这张券不适用于特价商品，我帮您换了一张全场券，请查收。"),
        Story("退货的快递员怎么还没来？", "抱歉久等，已催促快递，今天 18 点前上门。"),
        Story("杯子可以刻字吗？大概要等几天？", "可以，免费刻 8 个字以内，多等两天。"),
        Story("你们的茶叶有检测报告吗？", "有的，刚刚把本批次的检测报告发到您的邮箱了。"),
        Story("一次买 20 套，有团购价吗？", "20 套以上九折，我已为您建好专属链接。"),
    ),
    "en": (
        Story(
            "Hello, when will order {order} be shipped?",
            "Hello, it leaves today before 4 pm; the tracking number follows.",
        ),
        Story("Is this teapot safe for the microwave?", "The body is; please take the bamboo lid off first."),
        Story(
            "Do you have gift boxes? It is for my mother's birthday.",
            "Yes, tick “gift box” at checkout; a handwritten card is free.",
        ),
        Story(
            "Could order {order} go to my office instead?",
            "Of course, please send me the address and I will redirect it.",
        ),
        Story(
            "My invoice shows the wrong company name.",
            "I have cancelled it; the corrected one reaches you today.",
        ),
        Story(
            "Is the Longjing from this year's harvest?",
            "It is, picked in early April. The date is on the bottom of the tin.",
        ),
        Story("Can I buy spare filters for the kettle?", "Yes, search for “filter”: two cost 10 yuan."),
        Story("Why is my coupon not accepted?", "It does not cover sale items, so I sent you one that does."),
        Story(
            "The courier has not picked up my return yet.",
            "Sorry for the wait, he will be there by 6 pm today.",
        ),
        Story(
            "Can you engrave a cup? How long would it take?",
            "Yes, up to 12 letters for free; it takes two more days.",
        ),
        Story("Do you ship to Canada, and what does it cost?", "We do, 7 to 12 days for 68 yuan per kilo."),
        Story(
            "We need 20 sets for our team. Is there a discount?",
            "10 % from 20 sets on; here is a link made for you.",
        ),
    ),
}

FEEDBACK: Mapping[str, Sequence[Story]] = {
    "zh": (
        Story("包装特别用心，朋友收到都夸好看！"), Story("客服小王很耐心，给个赞。"),
        Story("茶很香，就是罐子有点难打开。"), Story("希望能出小包装，一个人喝不完。"),
        Story("比上次快多了，隔天就到了。"), Story("新出的青瓷杯手感真好。"),
    ),
    "en": (
        Story("Beautiful packaging, everyone asked where it came from!"), Story("Wang was so patient with me, thank you."),
        Story("Lovely tea, but the tin is hard to open."), Story("A smaller size would be nice for people living alone."),
        Story("Much faster than last time, it came the next day."), Story("The new celadon cup feels wonderful in the hand."),
    ),
}  # fmt: skip

COMPLAINTS: Mapping[str, Sequence[Story]] = {
    "zh": (
        Story(
            "收到的杯子碎了两个，太失望了！",
            "非常抱歉，已为您补发两只并加固包装，碎的不用寄回。",
            "包装缓冲不足",
            "补发并赠 20 元券",
        ),
        Story(
            "都一个星期了还没收到，订单 {order}，你们到底发没发？",
            "实在对不起，仓库搬迁耽误了，今天已走空运。",
            "仓库搬迁积压",
            "改空运并退运费",
        ),
        Story(
            "发错货了，我要的是红茶，来的是绿茶。",
            "抱歉发错了，红茶已寄出，绿茶送给您喝。",
            "拣货错误",
            "补发，错发商品赠送",
        ),
        Story(
            "说好的退款十天了还没到！",
            "非常抱歉，退款卡在审核，刚刚已手动处理，今天到账。",
            "退款审核漏单",
            "手动退款并致歉",
        ),
        Story(
            "水壶第二次用就漏水，质量太差了。",
            "给您添麻烦了，新壶今天寄出，旧的快递上门取。",
            "密封圈批次问题",
            "换新并上门取件",
        ),
        Story(
            "打了三次电话都没人接，这是什么服务？",
            "让您久等了，是我们人手没排好，以后可以直接在这里找我。",
            "午间无人值班",
            "调整排班，专人跟进",
        ),
    ),
    "en": (
        Story(
            "Two cups arrived broken. Very disappointing!",
            "I am so sorry; two new ones are on their way, keep the rest.",
            "Too little padding",
            "Resent, 20 yuan coupon",
        ),
        Story(
            "A week and still nothing, order {order}. Did you ship it at all?",
            "My apologies, our warehouse moved; it went by air today.",
            "Backlog after the warehouse moved",
            "Sent by air, postage refunded",
        ),
        Story(
            "Wrong item: I ordered black tea and got green.",
            "Sorry about that! The black tea is on its way, please keep the green.",
            "Picking mistake",
            "Resent, wrong item left as a gift",
        ),
        Story(
            "You promised my refund ten days ago!",
            "I am very sorry, it was stuck; I have just released it by hand.",
            "Refund left unchecked",
            "Paid by hand with an apology",
        ),
        Story(
            "The kettle leaked on its second use. Terrible quality.",
            "So sorry; a new kettle leaves today and we collect the old one.",
            "Faulty batch of seals",
            "Replaced, old one collected",
        ),
        Story(
            "I called three times and nobody answered. What kind of service is this?",
            "We were short of people, and I am sorry; write to me here any time.",
            "Nobody on duty at noon",
            "New rota, one person in charge",
        ),
    ),
}

REASONS: Mapping[str, Sequence[str]] = {
    "zh": ("等太久了", "没有解决我的问题", "换来的还是坏的", "回复太慢"),
    "en": (
        "It took far too long",
        "My problem is not solved",
        "The replacement is broken as well",
        "Slow answers",
    ),
}
"""Why people gave a low score, in the words they added to it."""

THANKS: Mapping[str, Sequence[str]] = {
    "zh": ("好的，谢谢！", "谢谢你"),
    "en": ("Great, thank you!", "Thanks"),
}

PRODUCTS = (
    ("青瓷茶杯一对", "Pair of celadon cups", 12_900), ("明前龙井 100 克", "Longjing tea, 100 g", 16_800),
    ("电热水壶", "Electric kettle", 25_900), ("竹盖茶壶", "Teapot with bamboo lid", 19_900),
    ("暖杯垫", "Cup warmer", 8_900), ("正山小种 200 克", "Lapsang Souchong, 200 g", 13_800),
    ("茶点礼盒", "Box of tea cakes", 9_900), ("旅行茶具套装", "Travel tea set", 21_800),
)  # fmt: skip

WEEKS = (
    "5554453545445",  # 13 weeks ago
    "554535445554",
    "4555453554454",
    "55455345554524",
    "5454553555445",
    "545453555344",
    "4352453154352",  # the warehouse moves
    "31425213342154",
    "22431523414335",
    "4534254354435",  # back to normal
    "555445345524",
    "5455543555454",
    "55455154455552",
)
"""The scores given in each of the last thirteen weeks; about four in ten who were asked gave none."""

# ruff: noqa: E501 - sentences stay whole, as they are read
"""What the demo's shop knows: twelve articles in Chinese and English, with the ways customers ask for them."""

from collections.abc import Sequence

from crm_store.knowledge import Answer, Draft


def _article(slug: str, zh: Sequence[str], en: Sequence[str]) -> Draft:
    """Make an article of a title, a body and phrasings in each language."""
    return Draft(
        slug,
        {"zh": Answer(zh[0], zh[1]), "en": Answer(en[0], en[1])},
        {"zh": zh[2:], "en": en[2:]},
    )


ARTICLES = (
    _article(
        "delivery-time",
        (
            "多久能送到？",
            "下午 4 点前付款的订单当天发货，江浙沪次日达，其他地区 2–4 天，偏远地区 5–7 天。发货后您会收到带单号的短信。",
            "发货要几天", "下单以后什么时候能收到", "快递一般多长时间到", "送到北京要多久", "今天下单明天能到吗",
        ),
        (
            "How long does delivery take?",
            "Orders paid by 4 pm leave the same day. Delivery takes 1 day near Shanghai, 2 to 4 days elsewhere in China "
            "and 7 to 12 days abroad. You get the tracking number by text message.",
            "When will my order arrive?", "How many days does shipping take?", "How fast do you ship?",
            "How long until I get my parcel?", "Do you deliver abroad and how long does it take?",
        ),
    ),
    _article(
        "returns",
        (
            "如何退货或换货？",
            "签收后 7 天内可无理由退换，茶具请保持未使用，茶叶请勿拆封。打开订单页，点“申请退换”，快递员会上门取件，质量问题运费由我们承担。",
            "我想退货", "不喜欢可以退吗", "怎么换一个颜色", "几天内可以退货", "收到的东西想换货",
            "退货要几天",
        ),
        (
            "How do I return or exchange something?",
            "You can return or exchange within 7 days of delivery: teaware unused, tea unopened. Open the order, choose "
            "“Return or exchange”, and a courier picks it up. If the item was faulty, we pay for the transport.",
            "I want to return an item", "Can I send it back if I don't like it?", "How can I exchange the colour?",
            "What is your return policy?", "I would like to swap this for another one",
            "How long does a return take?",
        ),
    ),
    _article(
        "refund",
        (
            "退款多久到账？",
            "仓库收到退货后 1 个工作日内退款，原路返回：微信和支付宝当天到账，银行卡 1–3 个工作日。",
            "退款什么时候到", "钱怎么还没退给我", "退的钱会退到哪里", "退货以后多久退钱", "退款进度在哪里看",
        ),
        (
            "When do I get my refund?",
            "We refund within one working day after the parcel is back with us, the way you paid: WeChat Pay and Alipay "
            "the same day, bank cards in 1 to 3 working days.",
            "Where is my refund?", "How long does a refund take?", "When will I get my money back?",
            "I sent it back but have not been refunded", "To which account is the refund paid?",
        ),
    ),
    _article(
        "invoice",
        (
            "如何开发票？",
            "在订单页点“申请发票”，填写抬头和税号，电子发票 24 小时内发到您的邮箱。下单后 90 天内都可以申请。",
            "可以开发票吗", "发票怎么开", "我要公司抬头的发票", "电子发票在哪里下载", "发票抬头写错了怎么办",
        ),
        (
            "How do I get an invoice?",
            "Open the order, choose “Request invoice”, and enter the name and tax number. The electronic invoice reaches "
            "your mailbox within 24 hours; you can ask for it up to 90 days after ordering.",
            "Can I have an invoice?", "I need a receipt for my company", "Where can I download the invoice?",
            "The name on my invoice is wrong", "Do you issue VAT invoices?",
        ),
    ),
    _article(
        "change-address",
        (
            "如何修改收货地址？",
            "发货前：订单页点“修改地址”即可。已发货：请把新地址发给我们，由客服联系快递转寄，可能晚 1–2 天。",
            "地址填错了", "想改一下收货地址", "搬家了能换地址吗", "怎么把快递改送到公司", "收件人电话写错了怎么改",
        ),
        (
            "How do I change the delivery address?",
            "Before dispatch: choose “Change address” in the order. After dispatch: send us the new address here and we "
            "ask the courier to redirect it, which may take 1 or 2 days longer.",
            "I entered the wrong address", "Can you send it to my office instead?", "I have moved, please change my address",
            "How can I correct the phone number of the recipient?", "Change shipping address of my order",
        ),
    ),
    _article(
        "cancel-order",
        (
            "如何取消订单？",
            "发货前在订单页点“取消订单”，货款立即退回。已发货的订单请拒收或按退货办理。",
            "不想要了怎么取消", "下错单了能取消吗", "我要取消订单", "拍错了可以撤销吗",
        ),
        (
            "How do I cancel an order?",
            "Before dispatch choose “Cancel order” in the order; the money goes back at once. If it is on its way, refuse "
            "the parcel or return it.",
            "I want to cancel my order", "I ordered by mistake", "Can I still stop my order?", "Please cancel my purchase",
        ),
    ),
    _article(
        "warranty",
        (
            "保修多久？坏了怎么办？",
            "电热水壶和暖杯垫保修两年，凭订单号即可，无需保修卡。请发一张故障照片，我们免费维修或换新。",
            "水壶坏了能修吗", "保修期是多久", "用了半年不加热了", "质量问题怎么保修", "需要保修卡吗",
        ),
        (
            "What does the warranty cover?",
            "Electric kettles and cup warmers have a two-year warranty; the order number is enough. Send us a photo of the "
            "fault and we repair or replace the item free of charge.",
            "My kettle is broken, can you repair it?", "How long is the warranty?", "It stopped heating after six months",
            "Do I need a warranty card?", "Is this covered by guarantee?",
        ),
    ),
    _article(
        "payment",
        (
            "支持哪些付款方式？",
            "支持微信支付、支付宝、银联卡，满 300 元可用花呗分期。海外订单可用 Visa 和 Mastercard。暂不支持货到付款。",
            "可以用支付宝吗", "能分期付款吗", "支持货到付款吗", "怎么付款", "信用卡可以付吗",
        ),
        (
            "Which payment methods do you accept?",
            "WeChat Pay, Alipay, UnionPay, Visa and Mastercard; instalments from 300 yuan. We do not offer cash on delivery.",
            "Can I pay by credit card?", "Do you take Visa or Mastercard?", "Is PayPal possible?",
            "Can I pay in instalments?", "Do you offer cash on delivery?",
        ),
    ),
    _article(
        "coupon",
        (
            "优惠券怎么用？",
            "结算时点“优惠券”，选择可用的一张。每单限用一张，特价商品不可用，过期不补。",
            "优惠券用不了", "为什么不能用券", "优惠码在哪里输入", "新人券怎么领", "两张券能一起用吗",
        ),
        (
            "How do I use a coupon?",
            "At checkout open “Coupons” and choose one. One coupon per order; sale items are excluded and expired coupons "
            "are not replaced.",
            "My coupon does not work", "Where do I enter the discount code?", "Can I combine two coupons?",
            "How do I get the new customer coupon?", "Why is my voucher not accepted?",
        ),
    ),
    _article(
        "opening-hours",
        (
            "客服几点上班？",
            "人工客服每天 9:00–21:00 在线，节假日照常。其余时间请直接留言，我们上班后第一时间回复。",
            "你们几点开门", "人工客服什么时候在", "周末有人吗", "晚上有客服吗", "节假日上班吗",
        ),
        (
            "When are you open?",
            "People answer every day from 9:00 to 21:00 (Beijing time), holidays included. Outside these hours just write; "
            "we reply first thing in the morning.",
            "What are your opening hours?", "Is someone there at the weekend?", "When can I reach a person?",
            "Are you open on holidays?", "Until what time do you answer?",
        ),
    ),
    _article(
        "missing-parcel",
        (
            "显示已签收但没收到怎么办？",
            "请先看看门口、快递柜、驿站和家人邻居。还是没有的话，把单号发给我们，我们 24 小时内联系快递核实；确认丢失立即补发或退款。",
            "快递显示签收我没收到", "包裹丢了怎么办", "物流好几天不更新", "我的快递在哪里", "没有收到货",
        ),
        (
            "My parcel says delivered but is not here",
            "Please look at the door, the parcel locker and with neighbours first. If it is not there, send us the tracking "
            "number: we check with the courier within 24 hours and resend or refund what is lost.",
            "My package is missing", "Tracking says delivered but I got nothing", "Where is my parcel?",
            "The tracking has not moved for days", "I think my order is lost",
        ),
    ),
    _article(
        "password",
        (
            "忘记密码怎么办？",
            "登录页点“忘记密码”，用手机验证码重新设置即可。换了手机号的话，请告诉我们旧号码和最近一个订单号。",
            "登录不了账号", "密码忘了", "怎么改密码", "收不到验证码", "换手机号了登不上去",
        ),
        (
            "I forgot my password",
            "Choose “Forgot password” on the sign-in page and set a new one with the code we text you. If your phone number "
            "has changed, tell us the old one and your last order number.",
            "I cannot log in", "How do I reset my password?", "I do not receive the verification code",
            "How can I change my password?", "My account is locked",
        ),
    ),
)  # fmt: skip

"""What customers speak about: words of service themes in English and Chinese, our own list.

English words match whole, their plural too; Chinese ones anywhere. `|` is not allowed in a word.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

WORDS: Mapping[str, str] = {
    "delivery": """
        delivery, deliver, delivered, delivering, shipping, shipment, ship, shipped, courier, parcel,
        package, postage, dispatch, dispatched, tracking, arrive, arrived, arrives, driver, rider, mail,
        快递, 物流, 配送, 送货, 送餐, 送达, 发货, 到货, 收货, 派送, 派件, 运费, 包邮, 骑手, 送餐员,
        快递员, 外卖员, 签收, 没送到, 送到, 送得, 送的快, 送的慢, 邮寄, 寄出, 物流信息, 运单""",
    "waiting": """
        wait, waited, waiting, queue, line, hold, late, delay, delayed, slow, slowly, quick, quickly,
        fast, speed, on time, prompt, promptly, hour, 等了, 等待, 排队, 等位, 等候, 超时, 准时, 及时,
        按时, 速度, 效率, 太慢, 很慢, 很快, 真快, 拖延, 延误, 迟到, 半天, 小时, 久等""",
    "staff": """
        staff, service, waiter, waitress, server, employee, manager, agent, representative, rep,
        receptionist, team, attitude, rude, friendly, polite, helpful, customer service, customer support,
        support team, cashier, crew, 客服, 服务员, 服务态度, 态度, 店员, 员工, 前台, 导购, 营业员,
        工作人员, 师傅, 服务, 老板, 卖家, 商家, 店家, 店主, 接线员, 柜员, 人员, 经理""",
    "quality": """
        quality, material, durable, flimsy, sturdy, broken, broke, defect, defective, damaged, faulty,
        workmanship, built, cracked, worn, fell apart, stopped working, 质量, 品质, 做工, 材质, 面料,
        布料, 用料, 手感, 破损, 坏了, 瑕疵, 掉色, 起球, 色差, 质感, 次品, 假货, 正品, 耐用, 损坏, 开线,
        变形, 有问题""",
    "price": """
        price, priced, pricing, cost, expensive, cheap, value, money, overpriced, affordable, bargain,
        discount, coupon, promotion, sale, deal, worth, 价格, 价钱, 价位, 性价比, 便宜, 太贵, 很贵, 贵了,
        不贵, 实惠, 划算, 优惠, 优惠券, 折扣, 打折, 促销, 活动, 涨价, 降价, 差价, 满减, 值得, 不值,
        物美价廉, 物超所值, 红包""",
    "refund": """
        refund, refunded, return, returned, exchange, money back, reimburse, reimbursed, reimbursement,
        replacement, replace, compensation, 退款, 退货, 退钱, 换货, 退换, 退回, 退了, 赔偿, 赔付, 补偿,
        退费, 退票, 退订, 退押金, 换新""",
    "billing": """
        bill, billing, billed, charge, charged, overcharged, fee, invoice, payment, pay, paid, debit,
        deducted, deposit, statement, receipt, tax, 账单, 扣费, 扣款, 收费, 话费, 费用, 手续费, 付款,
        支付, 缴费, 乱收, 多扣, 押金, 发票, 扣钱, 续费, 自动续费, 欠费, 资费, 违约金, 还款, 利息, 年费""",
    "account": """
        account, login, log in, sign in, password, username, register, registration, verification, locked,
        profile, membership, credit card, debit card, card, loan, limit, 账号, 账户, 帐号, 帐户, 登录,
        登陆, 密码, 注册, 实名, 验证码, 绑定, 解绑, 会员, 积分, 封号, 冻结, 注销, 银行卡, 信用卡, 额度,
        认证, 借款, 贷款""",
    "app": """
        app, website, site, page, software, update, version, bug, crash, crashes, crashed, freeze,
        freezes, glitch, interface, download, install, screen, button, link, online, web, 软件, 系统,
        网站, 网页, 页面, 界面, 闪退, 卡顿, 死机, 更新, 版本, 安装, 下载, 打不开, 小程序, 客户端, 黑屏,
        功能, 按钮, 链接, 加载""",
    "network": """
        network, signal, coverage, internet, wifi, wi-fi, broadband, connection, reception, data plan,
        roaming, sim, dropped call, call quality, 4g, 5g, 网络, 信号, 宽带, 上网, 流量, 网速, 断网, 掉线,
        漫游, 套餐, 通话, 基站, 光纤, 电话卡, 无线网""",
    "product": """
        product, item, goods, size, sizing, fit, colour, color, model, feature, design, battery, phone,
        camera, sound, headset, smell, style, 商品, 产品, 东西, 货物, 尺码, 尺寸, 大小, 颜色, 款式, 型号,
        外观, 手机, 电池, 屏幕, 音质, 味道, 气味, 衣服, 鞋子""",
    "packaging": """
        packaging, packed, packaged, wrapping, wrapped, box, sealed, leaked, spilled, crushed, dented,
        包装, 包裹, 盒子, 箱子, 外包装, 打包, 漏了, 撒了, 洒了, 压坏, 压扁, 密封, 缠得, 泡沫""",
    "missing": """
        missing, wrong item, wrong order, wrong size, incorrect order, incomplete, forgot, not included,
        left out, short one, 少了, 漏发, 漏送, 少发, 少送, 发错, 送错, 错发, 装错, 缺少, 没给, 没有给,
        没收到, 忘了, 缺件, 弄错""",
    "food": """
        food, meal, dish, taste, tasted, tasty, flavor, flavour, delicious, menu, portion, pizza, burger,
        chicken, salad, sauce, rice, soup, coffee, drink, dessert, fresh, cold food, breakfast, lunch,
        dinner, 好吃, 难吃, 味道, 口味, 口感, 饭菜, 米饭, 菜品, 分量, 份量, 咸, 太油, 新鲜, 外卖, 早餐,
        饮料, 面条, 水果, 好喝""",
    "cleanliness": """
        clean, dirty, filthy, hygiene, hygienic, spotless, smelly, stain, mold, mould, cockroach, hair in,
        bathroom, toilet, 干净, 卫生, 脏, 整洁, 异味, 虫子, 头发, 蟑螂, 霉, 打扫, 床单, 厕所, 卫生间, 毛巾""",
    "place": """
        room, hotel, location, parking, bed, lobby, view, noise, noisy, quiet, atmosphere, ambience,
        ambiance, decor, store, shop, branch, restaurant, seat, table, air conditioning, 房间, 酒店, 宾馆,
        位置, 环境, 停车, 床, 隔音, 大堂, 设施, 空调, 装修, 门店, 交通, 地段, 餐厅, 座位, 入住, 氛围,
        热水, 店里""",
    "travel": """
        flight, plane, airline, airport, luggage, baggage, ticket, boarding, check-in, train, bus, trip,
        tour, visa, cancellation, itinerary, 航班, 飞机, 机场, 行李, 机票, 车票, 火车, 高铁, 登机, 值机,
        改签, 旅游, 旅行, 导游, 行程, 签证, 座椅, 航空""",
    "repair": """
        repair, repaired, warranty, maintenance, technician, installation, engineer, fix, fixed, serviced,
        after-sales, after sales, 维修, 售后, 保修, 返修, 安装, 上门, 修理, 检修, 质保, 三包, 修好, 修了""",
    "information": """
        information, explain, explained, explanation, instruction, manual, description, advertised,
        misleading, clear, unclear, confusing, promise, promised, notice, terms, 说明, 说明书, 描述, 解释,
        宣传, 误导, 虚假, 承诺, 告知, 通知, 规则, 条款, 图片, 详情, 流程, 手续, 材料, 政策""",
    "contact": """
        call, called, phone call, email, emailed, reply, replied, respond, response, answer, hung up,
        call back, callback, contact, contacted, reach, chat, message, 打电话, 电话, 回复, 联系, 打不通,
        没人接, 没人理, 不理, 不回, 转人工, 人工客服, 回电, 邮件, 消息, 热线, 沟通, 反馈, 投诉""",
    "privacy": """
        privacy, personal data, personal information, spam, unsolicited, hacked, fraud, scam,
        identity theft, security, unauthorized, leak, stolen, 隐私, 个人信息, 骚扰, 泄露, 诈骗, 盗刷,
        安全, 被盗, 骗, 垃圾短信, 推销, 盗号""",
}


def patterns(tags: Mapping[str, Iterable[str]]) -> dict[str, re.Pattern[str]]:
    """Return a pattern for each theme, ours and those of one's own tags; a tag of our name adds its words."""
    own = {name: tuple(words) for name, words in tags.items()}
    return {name: _pattern(name, own.get(name, ())) for name in dict.fromkeys((*WORDS, *own))}


@lru_cache(maxsize=256)
def _pattern(name: str, added: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any word of a theme in a folded text."""
    listed = [" ".join(word.split()).casefold() for word in (*WORDS.get(name, "").split(","), *added)]
    words = sorted({word for word in listed if word}, key=lambda word: (-len(word), word))
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    other = "|".join(re.escape(word) for word in words if not word.isascii())
    parts = [rf"(?<![a-z0-9])(?:{latin})(?:e?s)?(?![a-z0-9])" if latin else "", other]
    return re.compile("|".join(part for part in parts if part) or r"(?!)")

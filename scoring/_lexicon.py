"""The words that tell what a message is about: our own list, in English and Chinese, by what they signal.

Phrases are separated by commas; English is matched by whole words, Chinese by characters, the longest
first. Add a phrase where a person would file it, not because one message needed it;
`benchmarks/intake_kind.py` shows what the change does.
"""

from collections.abc import Mapping
from typing import Literal

Signal = Literal[
    "neutral",  # consumed without a meaning: "好像" is not "好", "kind of" is not "kind"
    "opening",  # asks when it opens a sentence: "when …", "is …"
    "question",
    "request",
    "reproach",
    "complaint_word",
    "fault",
    "negative",
    "positive",
    "suggestion",
]
Entry = tuple[tuple[str, ...], Signal]  # the words or characters of a phrase, and what it signals
Lexicon = Mapping[str, tuple[Entry, ...]]  # by the first word or character, longest phrase first

NEGATORS_EN = frozenset(
    (
        *(
            "not",
            "no",
            "never",
            "don't",
            "doesn't",
            "didn't",
            "isn't",
            "wasn't",
            "aren't",
            "weren't",
            "won't",
        ),
        *("can't", "cannot", "couldn't", "wouldn't", "hardly", "nothing", "neither", "without", "ain't"),
        *("dont", "doesnt", "didnt", "isnt", "wasnt", "wont", "cant", "lack", "lacks"),
    )
)
NEGATORS_ZH = (  # the longest first
    *(
        "不怎么",
        "不是很",
        "不那么",
        "没那么",
        "谈不上",
        "没有",
        "不太",
        "不够",
        "不是",
        "不算",
        "并不",
        "毫不",
    ),
    *("不大", "不会", "不能", "不再", "不很", "不", "没", "无", "未"),
)

ENGLISH: Mapping[Signal, str] = {
    "neutral": """
        kind of, some kind, any kind, the kind, a kind, would like, i'd like, like to, looks like,
        look like, feels like, like a, something like, just like, like this, like that, good morning,
        good afternoon, good evening, good day, best way, right now, right away, no longer, as well,
        as well as, well as, fine print, credit card, thank you in advance, thanks in advance,
        credit report, good faith, how to file, slow down, back in, go back to, come back to,
        better understand, bad credit, in good standing, good standing""",
    "opening": """
        what, when, where, which, who, whose, why, how, is, are, am, can, could, do, does, did, will,
        would, should, may, have, has, any, what's, where's, who's, when's, how's, whats, was, were""",
    "question": """
        how do i, how can i, how to, how much, how many, how long, how often, how soon, what is, what's,
        what are, what do i, what does, when will, when is, where is, where can i, how do, how can,
        how does, what happens, what do, why is, why can't, why did, why was, can i, can you, can we,
        can my, could i, could you, do i, do you, do we, will i, should i, may i, am i, wondering,
        curious, question, questions, want to know, like to know, need to know, tell me, explain,
        any idea, possible to, is it possible, whether, asking about, ask about, inquire, enquire,
        inquiry, enquiry, information on, information about, info on, details on, more details,
        details about, let me know, eligible, available, supported""",
    "request": """
        please, help me, i need help, need help, i need to, i need a, i need my, i want to,
        i would like to, i'd like to, i wanna, i wish to, like to order, like to change, like to cancel,
        i'm looking for, looking for, looking to, trying to, i have to, show me, give me, send me, find,
        check, look up, track, change my, update my, cancel my, book, schedule, set up, sign up,
        register, reset, open an account, close my account, apply for, order a, get a, transfer,
        activate, add a, make a payment, pay my, report a, speak to, talk to, speak with, chat with,
        contact, need assistance, assistance, help with, edit, switch, download, renew, upgrade,
        replace, help to, can u, could u, order status, refund policy, delivery options, invoice,
        want a refund, get a refund, cancel, return an item, forgot my""",
    "reproach": """
        why haven't you, why hasn't, why isn't, why do you keep, why is it still, why was i charged,
        how is this acceptable, what kind of, what is wrong with you, what's wrong with you,
        what a joke, what a waste, are you kidding, are you serious, seriously, how dare,
        how hard is it, how many times, how long do i have to, when are you going to, do you even,
        are you even, does anyone even, fed up, sick of, had enough, enough is enough, shame on you,
        last straw, come on, what the hell, wtf, still waiting, no one answers, nobody answers,
        no one replies, nobody replies, nobody cares, no response, no reply, no answer, ignored,
        ignoring, is anyone even, is anyone going to, second time, third time, fourth time, on hold,
        for hours, for an hour, and nothing, still nothing, not once""",
    "complaint_word": """
        complaint, complaints, complain, complaining, i want to complain, file a complaint,
        make a complaint, grievance, dispute, disputed, disputing, claim against, lawsuit, sue, lawyer,
        attorney, legal action, compensation, i demand, demanding, money back, chargeback, report you,
        trading standards, ombudsman, consumer protection, better business bureau, bbb, escalate,
        speak to a manager, unacceptable, regulator, violation, violated, violating, in violation,
        take responsibility""",
    "fault": """
        broken, broke, breaks, damaged, defective, faulty, defect, doesn't work, does not work,
        didn't work, did not work, not working, stopped working, won't work, isn't working,
        never worked, crashes, crashed, crashing, freezes, freezing, froze, error, errors, bug, failed,
        fails, failure, failing, wrong item, wrong size, wrong order, wrong, incorrect, incorrectly,
        inaccurate, mistake, missing, lost, stolen, expired, leaking, leaked, cracked, torn, dirty,
        stale, cold food, undercooked, late, delayed, delay, overdue, never arrived, hasn't arrived,
        not arrived, didn't arrive, never received, not received, haven't received, didn't receive,
        did not receive, has not arrived, have not received, still not, still no, still hasn't,
        still haven't, yet to receive, never came, overcharged, charged twice, double charged,
        charged me, unauthorized, without my permission, without my consent, without permission, fraud,
        fraudulent, fraudulently, scam, scammed, scammer, identity theft, stole, hacked, cheated,
        misleading, misled, false, deceptive, lied, lying, refused, refuses, refusing, refuse to,
        denied, rejected, unable to, unresolved, not resolved, never resolved, problem, problems, issue,
        issues, trouble, hung up, harassing, harassment, harassed, threatened, threatening, withheld,
        fell apart, died, stopped, not mine, not my, do not recognize, nothing happened, no refund,
        ruined, returned it, return it, sent it back, despite, refund, refund me, cold when,
        arrived cold, was cold, were cold, you charged, was charged, been charged, charged my, keeps,
        never got, instead of, not what i ordered, no longer works, smashed, scratched, bent, melted,
        spoiled, rotten, crushed, ripped, stained, leak, leaks, crack, cracks""",
    "negative": """
        bad, worse, worst, terrible, horrible, awful, poor, poorly, disappointing, disappointed,
        disappointment, disappoint, disgusting, disgusted, useless, worthless, waste, wasted, garbage,
        trash, junk, crap, crappy, sucks, sucked, suck, hate, hated, hates, angry, furious, annoyed,
        annoying, frustrated, frustrating, frustration, upset, unhappy, dissatisfied, unsatisfied,
        unprofessional, rude, rudely, slow, slowly, overpriced, expensive, rip off, ripoff, ridiculous,
        pathetic, joke, regret, avoid, beware, stay away, stress, stressful, inconvenience,
        inconvenient, confusing, unreliable, unhelpful, careless, incompetent, mediocre, cheap, cheaply,
        flimsy, uncomfortable, boring, bland, tasteless, gross, nasty, weird, lousy, unfair,
        unfortunately, sadly, never again, won't be back, not be back, will not be back, never go,
        never buy, never use, don't buy, do not buy, don't waste, do not waste, doesn't even, too small,
        too big, too long, too loud, too short, overcooked, lacking, mess, fail, unusable, nightmare,
        insult, insulting, insulted, ashamed, shame, not worth, not impressed, not good, not happy,
        waited, waiting for, after weeks, for weeks, for months, many times, several times,
        numerous times, again and again, multiple times, over and over, nobody, no one, noone, gave up""",
    "positive": """
        good, great, excellent, amazing, awesome, fantastic, wonderful, perfect, perfectly, outstanding,
        brilliant, superb, best, better, love, loved, loves, lovely, like, likes, liked, enjoy, enjoyed,
        enjoyable, happy, pleased, satisfied, delighted, glad, impressed, impressive, recommend,
        recommended, helpful, friendly, polite, kind, nice, nicely, quick, quickly, fast, easy, easily,
        smooth, smoothly, convenient, comfortable, beautiful, delicious, tasty, fresh, clean, cool, fun,
        works great, works well, works fine, work well, works, well made, well, sturdy, reliable,
        affordable, reasonable, worth, worth every penny, thank, thanks, thank you, appreciate,
        appreciated, grateful, professional, attentive, exceeded, pleasant, pleasantly, favorite,
        favourite, incredible, five stars, 5 stars, highly, definitely, solid, fabulous, top notch,
        bargain, great value, will be back, be back, go back, come back, exactly, right, yummy, wow,
        fine, superior, stylish, warm, generous, simple, handy, useful, sharp, clear, crisp,
        no complaints, no problems, no problem, no issues, no trouble, not bad, can't go wrong,
        can't beat, well done, keep it up, good job, kudos, hot and fresh, faster, well packed, on time""",
    "suggestion": """
        suggest, suggestion, suggestions, feedback, review, leave a review, opinion, my opinion,
        comment, comments, idea for, feature request, it would be nice, it would be great,
        would be nice if, would be great if, would be better if, would be good if, i wish you,
        you should add, you could add, could be improved, improve, improvement, improvements,
        please add, please consider, hope you, hope you can, testimonial, rate your,
        share my experience, tell you about my experience, next time, would be great, would be nice,
        would be good, would be lovely, would be helpful, could use, would love, i'd love, it'd be,
        why not add, you might""",
}

CHINESE: Mapping[Signal, str] = {
    "neutral": """
        好像, 好多, 好久, 好几, 最好, 只好, 正好, 爱好, 好歹, 还好, 幸好, 刚好, 好不容易, 不好意思,
        你好, 您好, 好友, 好处, 快递, 赶快, 尽快, 快件, 快要, 快捷支付, 爱人, 差不多, 差点, 时差, 出差,
        香港, 足以, 负责人, 满足, 一般都, 一般是, 一般情况, 价格便宜点, 一点都不贵, 坏账, 支持的, 支付,
        好的, 希望, 值班, 气温, 天气, 客气话, 意见书, 没什么问题, 没有问题, 没问题, 第一次""",
    "question": """
        怎么, 怎样, 怎么样才, 如何, 为什么, 为啥, 为何, 什么时候, 啥时候, 何时, 多久, 多长时间, 多少,
        多少钱, 哪里, 哪儿, 在哪, 哪个, 哪些, 哪家, 哪天, 能否, 能不能, 可以吗, 可不可以, 可否, 是否,
        是不是, 有没有, 会不会, 要不要, 需不需要, 行不行, 请问, 咨询, 想问, 问一下, 问下, 想知道,
        想了解, 吗, 么?, 呢?, 吧?, 什么, 啥, 谁, 几天, 几点, 几号, 几个, 几次, 怎么办, 怎么弄, 怎么用,
        怎么回事, 什么意思, 什么原因, 什么情况, 什么条件, 有无, 哪种, 还是说, 求解, 求助, 没有吗,
        支持吗, 了吗, 到哪了, 到哪里了, 还能, 可以用, 何处, 多大, 多高, 多远""",
    "request": """
        帮我, 帮忙, 帮助我, 麻烦, 请帮, 我想, 我要, 想要, 需要, 查一下, 查下, 查询, 看一下, 看看能,
        办理, 申请, 开通, 关闭, 修改, 更改, 更换, 取消, 退订, 注销, 绑定, 解绑, 重置, 找回, 补发,
        开发票, 发票, 预约, 预订, 下单, 转人工, 人工客服, 人工服务, 联系客服, 客服电话, 换个地址,
        改地址, 改签, 充值, 续费, 升级, 下载, 激活, 登录, 密码, 额度, 还款, 订单号, 告诉我, 教我,
        请告知, 发一下, 提供一下, 退换货政策, 退货流程, 退款流程, 退货政策""",
    "reproach": """
        怎么还, 怎么又, 怎么这么, 怎么那么, 怎么能这样, 怎么搞的, 怎么老是, 怎么总是, 怎么一直, 怎么就,
        怎么可以这样, 怎么做生意, 什么破, 什么烂, 什么玩意, 什么态度, 什么东西, 什么垃圾, 什么鬼,
        什么服务, 什么质量, 什么人, 搞什么, 搞毛, 为什么还没, 为什么还不, 为什么总是, 为什么一直,
        凭什么, 有没有搞错, 有没有人管, 是不是骗, 谁还敢, 什么时候才, 要等到什么时候, 到底, 究竟,
        还有没有, 还要等多久, 没人管, 没人理, 没人回, 没人接, 不理人, 不回复, 不回我, 不接电话,
        一直不回, 催了, 等了, 等半天, 等了半天, 太过分, 过分, 欺负人, 忽悠, 敷衍, 推卸, 推脱, 踢皮球,
        糊弄, 脑子有病, 有病, 当我傻, 呵呵, 也是醉了, 醉了, 无语, 服了, 好意思, 亏你们, 说好, 没人处理,
        没有人管, 问了几次, 问了好几次, 问了三次, 第三次问, 打了好几次, 说了好几次, 反映了好几次""",
    "complaint_word": """
        投诉, 举报, 差评, 赔偿, 赔钱, 赔付, 索赔, 曝光, 维权, 12315, 消协, 工商局, 起诉, 律师, 法院,
        讨说法, 给个说法, 给个交代, 给我一个说法, 追究, 负责任, 道歉, 要求退, 给我退, 马上退, 必须退,
        还钱""",
    "fault": """
        坏了, 坏的, 破损, 破了, 破的, 裂了, 漏了, 漏水, 漏油, 撒了, 洒了, 发霉, 变质, 过期, 假货, 假的,
        山寨, 盗版, 仿的, 质量问题, 不能用, 用不了, 没法用, 打不开, 进不去, 登不上, 上不去, 没反应,
        没收到, 未收到, 没有收到, 收不到, 没到, 还没到, 没送到, 没发货, 不发货, 还没发货, 没送, 漏发,
        漏送, 少发, 少送, 发错, 送错, 错发, 装错, 忘了, 少了, 缺少, 缺货, 损坏, 瑕疵, 有问题, 出问题,
        故障, 死机, 卡死, 卡顿, 闪退, 黑屏, 花屏, 掉线, 掉色, 褪色, 起球, 开线, 脱线, 色差, 缩水, 变形,
        异味, 有股味, 怪味, 臭, 不新鲜, 不干净, 头发丝, 虫子, 有虫, 拉肚子, 超时, 延误, 晚到, 迟到,
        丢了, 丢件, 弄丢, 乱扣, 多扣, 重复扣, 扣了我, 盗刷, 被盗, 无故, 莫名其妙, 不符, 不一样, 不一致,
        不对版, 货不对板, 虚假, 欺诈, 欺骗, 骗人, 骗子, 骗, 被骗, 上当, 凉了, 凉的, 冷了, 冷的, 是冷,
        是凉, 糊了, 夹生, 没熟, 不熟, 太咸, 太油, 太辣, 太甜, 太硬, 太少, 太小, 太薄, 没有了, 不见了,
        不支持, 失败, 报错, 错误, 还没, 至今, 迟迟, 两个小时, 一个多小时, 几个小时, 催单, 返修, 维修,
        烂了, 烂的, 都烂, 坏, 退款, 退货, 退钱, 不对, 裂痕, 裂缝, 裂开, 扣了两次, 扣两次, 扣两遍,
        扣了两遍, 没到账, 不到账, 摔坏, 压坏, 压扁, 送晚""",
    "negative": """
        太差, 很差, 真差, 最差, 差劲, 差的, 好差, 较差, 差, 垃圾, 坑, 坑人, 坑爹, 失望, 恶心, 生气,
        气死, 气愤, 愤怒, 气人, 受不了, 忍无可忍, 不满, 不满意, 后悔, 恶劣, 难吃, 难用, 难看, 难喝,
        难闻, 难受, 不好, 不行, 不值, 不值得, 不划算, 不推荐, 不建议, 不敢, 不喜欢, 不舒服, 不方便,
        不负责, 不靠谱, 不爽, 不咋地, 不怎么样, 不怎样, 不如, 不会再, 再也不, 再也不会, 千万别,
        千万不要, 别买, 不要买, 不买了, 不来了, 慎重, 慎买, 太慢, 很慢, 真慢, 好慢, 慢死, 慢, 太贵,
        贵了, 太旧, 粗糙, 劣质, 次品, 廉价, 一般般, 凑合, 勉强, 浪费, 浪费钱, 白花, 霸王, 黑心, 无良,
        奸商, 无耻, 缺德, 可恶, 讨厌, 烦, 烦死, 郁闷, 糟糕, 糟, 遗憾, 可惜, 麻烦死, 没用, 没味道,
        没什么味, 没意思, 无聊, 没效果, 没有效果, 态度差, 态度不好, 态度极差, 服务差, 不专业, 不耐烦,
        冷漠, 拖延, 落差, 名不副实, 名不符实, 吹牛, 欺负, 根本, 居然, 竟然, 完全不, 一点都不, 一点也不,
        毫无, 唉, 哎, 呸, 妈的, 他妈, 亏, 傻, 恨, 坑害, 抵制, 吐槽, 吐了, 想吐, 零分, 一星, 负分,
        没诚信, 缺乏诚信""",
    "positive": """
        谢谢, 感谢, 多谢, 满意, 很好, 真好, 挺好, 太好了, 非常好, 超好, 最好, 蛮好, 不错, 好评, 赞,
        点赞, 棒, 很棒, 喜欢, 好用, 好吃, 好看, 好喝, 好闻, 好玩, 好听, 方便, 推荐, 值得推荐, 给力,
        贴心, 热情, 周到, 耐心, 细心, 及时, 准时, 超值, 划算, 完美, 优秀, 舒服, 舒适, 值得, 值了,
        物美价廉, 物超所值, 性价比高, 性价比, 实惠, 便宜, 惊喜, 一流, 专业, 新鲜, 回购, 下次还, 还会再,
        会再来, 再次购买, 再来, 还会来, 老顾客, 支持, 信赖, 信任, 放心, 靠谱, 可靠, 正品, 快, 很快,
        超快, 迅速, 神速, 速度快, 效率高, 干净, 卫生, 精致, 精美, 漂亮, 美观, 时尚, 大方, 清晰, 流畅,
        柔软, 柔顺, 顺滑, 合身, 合适, 美味, 香, 味道好, 味道不错, 可口, 甜, 足, 分量足, 量大, 好好,
        开心, 高兴, 愉快, 幸福, 感动, 温暖, 可爱, 爱, 爱上, 经典, 精彩, 受益, 有用, 实用, 好书, 五星,
        满分, 五分, 真心好, 没毛病, 没的说, 没得说, 没话说, 不贵, 不慢, 不后悔, 不差, 加油, 祝,
        越来越好, 期待, 服务好, 态度好, 态度很好, 服务态度好, 负责, 礼貌, 客气, 强烈推荐, 无可挑剔,
        挑不出, 好极了, 杠杠, 良心, 必备, 首选, 信得过, 名不虚传, 不愧, 齐全, 强大, 灵敏, 清爽, 不油腻,
        质量好, 好""",
    "suggestion": """
        建议, 提个建议, 提个意见, 意见, 反馈, 希望你们, 希望能, 希望可以, 希望以后, 希望增加, 希望改进,
        要是能, 如果能, 如果可以, 要是有, 就好了, 更好了, 会更好, 更好, 改进, 改善, 完善, 优化, 最好能,
        点评, 评价一下, 提个小建议, 能不能增加, 可以考虑, 再接再厉, 继续保持, 保持下去""",
}


def index(groups: Mapping[Signal, str], *, by_word: bool) -> Lexicon:
    """Index phrases by their first word (or character), the longest first."""
    found: dict[str, list[Entry]] = {}
    for signal, phrases in groups.items():
        for phrase in phrases.split(","):
            units = tuple(phrase.split() if by_word else phrase.strip())
            found.setdefault(units[0], []).append((units, signal))
    return {first: tuple(sorted(entries, key=lambda e: -len(e[0]))) for first, entries in found.items()}


WORDS_EN = index(ENGLISH, by_word=True)
WORDS_ZH = index(CHINESE, by_word=False)

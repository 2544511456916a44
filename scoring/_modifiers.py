"""What turns a judgement round, makes it stronger or weaker, or sets it against another; and faces."""

import re


def _words(listed: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(listed.split())


NEGATORS_EN = _words("""
    not no never don't doesn't didn't isn't wasn't aren't weren't won't can't cannot couldn't wouldn't
    shouldn't haven't hasn't hadn't ain't hardly barely scarcely rarely seldom nothing neither nor
    none nobody without dont doesnt didnt isnt wasnt arent wont cant couldnt wouldnt havent hasnt
    lack lacks lacked lacking zero far
""")
FREE_OF_EN = _words("never no without")  # right before a fault: "never crashes"
VERY_EN = _words("""
    very so really extremely absolutely totally completely incredibly super highly truly especially utterly
    most insanely such too particularly exceptionally deeply greatly quite fully thoroughly remarkably
    seriously way freaking damn bloody ridiculously unbelievably beyond
""")
SLIGHTLY_EN = _words("slightly somewhat fairly rather bit little kinda partly mildly relatively mostly")
BUT_EN = _words("but however nevertheless yet unfortunately except")
THOUGH_EN = _words("although though despite while whilst")
UNREAL_EN = _words("would could should if wish hoping supposed expected wanted")

NEGATOR_ZH = re.compile(
    "(?:不|没有?|无|未|非|并不|别|谈不上|算不上|称不上|说不上|毫不|从不|绝不|难以|缺乏|缺少|毫无)"
    "(?:很|太|那么|这么|特别|非常|怎么|多|够|什么|是|十分|有|算|再|那样|想象中|想象的|大|能|会|让人|敢)*$"
)
NOT_DENIED_ZH = re.compile("(?:不但|不仅|不光|不只|要不|不错|无不|不得不|差不多|不知|不管|不愧|不会不)$")
VERY_ZH = re.compile(
    "(?:很|非常|太|超级?|特别|十分|极其?|极度|真的?是?|好|挺|相当|巨|贼|最|更|实在|尤其|格外|完全|老|死|多么)$"
)
SLIGHTLY_ZH = re.compile("(?:有点儿?|有些|稍微?|略微?|比较|还算|有一点|一点点?|偏)$")
UNREAL_ZH = re.compile(
    "(?:希望|本以为|以为|原以为|如果|要是|应该|本来|号称|说好|想要|期望|宣传)[^,.;!?。\n]{0,6}$"
)
BUT_ZH = re.compile("但是?|可是|不过|然而|只是|就是(?=有|太|不|没|价|物|送|味|服)|却|可惜|除了")
THOUGH_ZH = re.compile("虽然|虽说|虽|尽管|即使")
ENDS_ZH = re.compile("[.;!?。\n]")

PLEASED_FACE = re.compile(
    "[👍❤♥😊😀😃😄😁🙂☺😉👌💪🌹💐🎉👏🥰😍💕💖💯😘🤗😋🤩😎🥳✨⭐🌟🌸🫶🙌💓💗💛💚💙💜]"
    r"|\[(?:强|玫瑰|鲜花|爱心|心|愉快|呲牙|胜利|拥抱|鼓掌|赞|good|太开心|哈哈|偷笑|嘿哈|色|亲亲|耶|加油)\]"
    r"|(?<![a-z0-9]):-?[)d](?!\w)|\^_?\^"
)
DISPLEASED_FACE = re.compile(
    "[😡🤬👎💩😠😤😒🙄😞😔😟🙁☹😣😖😫😩😢😭🤮🤢💔😾😑🤦🤡]"
    r"|\[(?:弱|怒|发怒|怒骂|抓狂|流泪|大哭|吐|鄙视|白眼|衰|心碎|生气|失望|委屈|快哭了|难过|咒骂|撇嘴|悲伤|傲慢"
    r"|裂开|翻白眼|捂脸)\]|(?<![a-z0-9]):-?\((?!\w)"
)

"""Which region a city lies in; Chinese cities and provinces by their Chinese name and in pinyin."""

import unicodedata
from collections.abc import Mapping

ENDINGS = ("特别行政区", "自治区", "自治州", "地区", "市", "省", "city", "province")
MARKS = ("省", "自治区", "市", ",", "/")

_NAMES = {
    "north": """
        北京 天津 河北 山西 内蒙古 石家庄 唐山 秦皇岛 邯郸 保定 张家口 承德 沧州 廊坊 太原 大同
        临汾 呼和浩特 包头 鄂尔多斯 赤峰 beijing tianjin hebei shanxi shijiazhuang tangshan baoding
        langfang taiyuan datong hohhot baotou
    """,
    "northeast": """
        辽宁 吉林 黑龙江 沈阳 大连 鞍山 抚顺 锦州 营口 长春 延边 四平 哈尔滨 齐齐哈尔 大庆 牡丹江
        佳木斯 liaoning jilin heilongjiang shenyang dalian anshan changchun harbin daqing
    """,
    "east": """
        上海 江苏 浙江 安徽 福建 江西 山东 南京 苏州 无锡 常州 南通 扬州 徐州 镇江 泰州 盐城 连云港
        淮安 宿迁 杭州 宁波 温州 绍兴 嘉兴 金华 义乌 台州 湖州 舟山 衢州 丽水 合肥 芜湖 蚌埠 马鞍山
        安庆 阜阳 福州 厦门 泉州 漳州 莆田 宁德 南昌 九江 赣州 景德镇 上饶 济南 青岛 烟台 潍坊 威海
        临沂 淄博 济宁 泰安 日照 德州 东营 shanghai jiangsu zhejiang anhui fujian jiangxi shandong
        nanjing suzhou wuxi changzhou nantong yangzhou xuzhou hangzhou ningbo wenzhou shaoxing
        jiaxing jinhua yiwu taizhou hefei wuhu fuzhou xiamen quanzhou nanchang ganzhou jinan
        qingdao yantai weifang weihai linyi zibo
    """,
    "central": """
        河南 湖北 湖南 郑州 洛阳 开封 南阳 新乡 许昌 商丘 信阳 武汉 宜昌 襄阳 荆州 黄石 十堰 长沙
        株洲 湘潭 衡阳 岳阳 常德 郴州 henan hubei hunan zhengzhou luoyang kaifeng wuhan yichang
        xiangyang changsha zhuzhou xiangtan hengyang
    """,
    "south": """
        广东 广西 海南 广州 深圳 珠海 佛山 东莞 中山 惠州 汕头 江门 湛江 肇庆 茂名 揭阳 清远 南宁
        桂林 柳州 北海 海口 三亚 guangdong guangxi hainan guangzhou shenzhen zhuhai foshan dongguan
        zhongshan huizhou shantou jiangmen zhanjiang nanning guilin liuzhou haikou sanya
    """,
    "southwest": """
        重庆 四川 贵州 云南 西藏 成都 绵阳 德阳 宜宾 南充 泸州 乐山 贵阳 遵义 昆明 大理 丽江 曲靖
        玉溪 拉萨 chongqing sichuan guizhou yunnan tibet xizang chengdu mianyang guiyang zunyi
        kunming dali lijiang lhasa
    """,
    "northwest": """
        陕西 甘肃 青海 宁夏 新疆 西安 咸阳 宝鸡 延安 榆林 汉中 兰州 天水 酒泉 西宁 银川 乌鲁木齐
        喀什 克拉玛依 shaanxi gansu qinghai ningxia xinjiang xian xianyang baoji lanzhou xining
        yinchuan urumqi
    """,
    "hong_kong_macao_taiwan": """
        香港 澳门 台湾 台北 高雄 台中 新北 台南 桃园 新竹 hongkong macao macau taiwan taipei
        kaohsiung taichung
    """,
}

CITIES = {name: region for region, names in _NAMES.items() for name in names.split()}


def lookup(place: str, table: Mapping[str, str] | None) -> str | None:
    """Return the region of a place, trying it whole, then its city, then its province."""
    known = CITIES if table is None else {_bare(_fold(name)): region for name, region in table.items()}
    whole = _fold(place)
    split = [whole.partition(mark) for mark in MARKS if mark in whole]
    parts = (whole, *(after for _, _, after in split), *(before for before, _, _ in split))
    return next((known[_bare(part)] for part in parts if part and _bare(part) in known), None)


def _fold(place: str) -> str:
    """Return a name without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", place).casefold().split())


def _bare(place: str) -> str:
    """Return a folded name without its ending."""
    for ending in ENDINGS:
        if place.endswith(ending) and len(place) > len(ending):
            return place.removesuffix(ending)
    return place

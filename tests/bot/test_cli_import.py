"""`import` from real files: what goes in, what is told, and what stays as it was."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session

from crm_store import customers, journal
from crm_store.store import Store
from tests.bot.console import Console
from tests.faults.site import opened

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEOPLE = "Telegram ID,Name,Phone,Email,Language,City,Tags\n"
MEI = "101,Mei 梅,13800138000,MEI@example.org,zh,上海,vip;茶\n"
LI = "102,Li 李,+8613900139000,li@example.org,en,Beijing,new\n"
BAD = ",Nobody,12,not-an-address,fr,,\n"
CHINESE = (
    "姓名,手机,邮箱,语言,城市,标签,生日,性别,客户编号\n"
    + "梅,13800138000,mei@example.org,中文,上海,茶、老客,1990年5月6日,女,C-1\n"
)
Change = Callable[[str], bytes]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def people(console: Console) -> list[tuple[object, ...]]:
    return list(console.ask("SELECT name, phone, email, language, region FROM customer ORDER BY id"))


def sheet(rows: Iterable[Iterable[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def known(console: Console, *, chosen: str | None = None) -> None:
    """Let Mei have written before."""
    assert console.run("import", console.file("first.csv", "email\nnobody@example.org\n")).code == 0
    store = Store(f"sqlite:///{console.database}")

    def unit(session: Session) -> None:
        inbox = journal.inbox(session, "telegram", "100001").id
        mei = customers.create(session, inbox, "101", name="Mei", language="en", now=MONDAY)
        customers.by_id(session, mei.customer_id).region = "华东"
        if chosen is not None:
            customers.choose_language(session, mei, chosen, chosen=True)

    store.write_now(unit)
    store.close()


class TestWhatGoesIn:
    def test_good_rows_go_in_and_bad_ones_are_told_with_line_and_reason(self, console: Console) -> None:
        said = console.run("import", console.file("people.csv", PEOPLE + MEI + BAD + LI))
        assert (said.code, said.err) == (0, "")
        assert people(console) == [
            ("Mei 梅", "+8613800138000", "mei@example.org", "zh", "上海"),
            ("Li 李", "+8613900139000", "li@example.org", "en", "Beijing"),
        ]
        assert "2 customer(s) in 3 line(s)" in said.out
        assert "line 3, phone: “12” (not a phone number)" in said.out
        assert "line 3: “,Nobody,12,not-an-address,fr,,” (no phone, e-mail or Telegram id)" in said.out
        assert "line 2, phone: “13800138000” → “+8613800138000” (number tidied)" in said.out
        assert said.out.endswith("Written: 2 new, 0 updated.\n")

    def test_a_dry_run_tells_the_same_and_writes_nothing(self, console: Console) -> None:
        file = console.file("people.csv", PEOPLE + MEI + BAD)
        dry = console.run("import", file, "--dry-run")
        assert dry.code == 0
        assert not console.data.exists()
        told, _, last = dry.out.rstrip("\n").rpartition("\n")
        assert last == "Dry run: nothing was written."
        assert console.run("import", file).out.startswith(told)

    def test_a_second_import_updates_and_never_doubles(self, console: Console) -> None:
        file = console.file("people.csv", PEOPLE + MEI + LI)
        console.run("import", file)
        console.file("people.csv", PEOPLE + MEI.replace("上海", "杭州") + LI)
        assert "Written: 0 new, 2 updated." in console.run("import", file).out
        assert [row[4] for row in people(console)] == ["杭州", "Beijing"]
        assert console.ask("SELECT count(*) FROM identity") == [(2,)]

    def test_tags_are_put_on_once_and_stay(self, console: Console) -> None:
        console.run("import", console.file("people.csv", PEOPLE + MEI))
        console.run("import", console.file("people.csv", PEOPLE + MEI.replace("vip;茶", "茶|gold")))
        assert console.ask("SELECT tag, by FROM customer_tag ORDER BY tag") == [
            ("gold", "import"), ("vip", "import"), ("茶", "import"),
        ]  # fmt: skip

    def test_nobody_consents_by_being_imported(self, console: Console) -> None:
        console.run("import", console.file("people.csv", PEOPLE + MEI + LI))
        assert console.ask("SELECT count(*) FROM customer") == [(2,)]
        assert console.ask("SELECT count(*) FROM consent") == [(0,)]

    def test_many_rows_go_in_whole(self, console: Console) -> None:
        rows = "".join(f"{1000 + number},P{number},,,,,\n" for number in range(130))
        assert "Written: 130 new" in console.run("import", console.file("people.csv", PEOPLE + rows)).out
        assert console.ask("SELECT count(*), count(DISTINCT name) FROM customer") == [(130, 130)]

    def test_without_a_token_customers_go_in_by_phone_and_email(self, console: Console) -> None:
        file = console.file("people.csv", "phone,name\n13800138000,Mei\n")
        assert console.run("import", file, TELEGRAM__TOKEN="").code == 0
        assert [row[:2] for row in people(console)] == [("Mei", "+8613800138000")]

    def test_without_a_token_a_telegram_id_has_no_inbox_yet(self, console: Console) -> None:
        said = console.run("import", console.file("people.csv", PEOPLE + MEI), TELEGRAM__TOKEN="")
        assert said.code == 2
        assert said.err.startswith("HEARWELL_TELEGRAM__TOKEN is missing")
        assert people(console) == []


class TestWhatIsKnownAlready:
    def test_what_the_file_leaves_empty_is_kept(self, console: Console) -> None:
        known(console)
        said = console.run("import", console.file("people.csv", PEOPLE + "101,,13800138000,,zh,,\n"))
        assert "Written: 0 new, 1 updated." in said.out
        assert people(console)[1:] == [("Mei", "+8613800138000", None, "zh", "华东")]

    def test_a_language_the_customer_chose_stands(self, console: Console) -> None:
        known(console, chosen="en")
        console.run("import", console.file("people.csv", PEOPLE + MEI))
        assert people(console)[1][3] == "en"

    def test_someone_with_another_telegram_id_is_someone_else(self, console: Console) -> None:
        console.run("import", console.file("people.csv", PEOPLE + MEI))
        family = console.file("family.csv", PEOPLE + MEI.replace("101,Mei 梅", "103,Mei's mother"))
        for _ in range(2):
            console.run("import", family)
        found = console.ask(
            "SELECT address, name FROM identity JOIN customer ON customer.id = customer_id ORDER BY address"
        )
        assert found == [("101", "Mei 梅"), ("103", "Mei's mother")]

    def test_a_telegram_id_joins_who_was_known_by_phone(self, console: Console) -> None:
        console.run("import", console.file("phones.csv", "phone,name\n13800138000,Mei\n"))
        assert "0 new, 1 updated" in console.run("import", console.file("people.csv", PEOPLE + MEI)).out
        assert console.ask("SELECT address, customer_id FROM identity") == [("101", 1)]


class TestFiles:
    @pytest.mark.parametrize("encode", [
        str.encode, lambda text: text.encode("gbk"), lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"), lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ], ids=["utf-8", "gbk", "bom", "utf-16", "semicolons", "crlf"])  # fmt: skip
    def test_a_chinese_heading_is_understood_however_it_was_saved(
        self, console: Console, encode: Change
    ) -> None:
        said = console.run("import", console.file("客户.csv", encode(CHINESE)), LANGUAGE="zh")
        assert said.code == 0, said.err
        assert people(console) == [("梅", "+8613800138000", "mei@example.org", "zh", "上海")]
        assert "第 2 行" in said.out
        assert "已写入" in said.out

    def test_a_spreadsheet_is_read_and_a_formula_is_told_of_but_not_taken(self, console: Console) -> None:
        rows = [
            ["姓名", "手机", "城市"],
            ["梅", 13800138000, "=1+1"],
            ['=HYPERLINK("x")', 13900139000, "上海"],
        ]
        said = console.run("import", console.file("people.xlsx", sheet(rows)))
        assert [row[:2] for row in people(console)] == [
            ("梅", "+8613800138000"), ("+8613900139000", "+8613900139000"),
        ]  # fmt: skip
        assert "line 2, city: “=1+1” (a formula; type its value instead)" in said.out
        assert 'line 3, name: “=HYPERLINK("x")” (a formula; type its value instead)' in said.out

    def test_the_report_file_holds_every_line_the_screen_leaves_out(self, console: Console) -> None:
        rows = "".join(f"{1000 + number},P{number},12,,,,\n" for number in range(50))
        report = console.folder / "report.txt"
        said = console.run("import", console.file("people.csv", PEOPLE + rows), "--report", report)
        assert "… and 30 more; --report FILE writes them all" in said.out
        told = report.read_text(encoding="utf-8")
        assert [
            line for line in range(2, 52) if f"line {line}, phone: “12” (not a phone number)" not in told
        ] == []

    @pytest.mark.parametrize(("name", "content", "told"), [
        ("people.csv", "name,city\nMei,Shanghai\n", "needs a column of phone numbers"),
        ("people.csv", "", "people.csv is empty"),
        ("people.pdf", "name,phone\n", "people.pdf is neither CSV nor XLSX"),
        ("people.xlsx", "not a workbook", "people.xlsx cannot be read as a table"),
        ("people.csv", b"name,phone\n\xff\xff\xff\x80", "is in none of these encodings"),
    ])  # fmt: skip
    def test_a_file_that_is_no_table_of_customers_is_refused_in_a_sentence(
        self, console: Console, name: str, content: str | bytes, told: str
    ) -> None:
        said = console.run("import", console.file(name, content))
        assert (said.code, said.out) == (2, "")
        assert told in said.err
        assert said.err.count("\n") == 1
        assert not console.data.exists()

    @pytest.mark.parametrize(("language", "told"), [
        ("en", "{file} cannot be opened: No such file or directory. Check the path and try again.\n"),
        ("zh", "无法打开 {file}：No such file or directory。请检查路径后重试。\n"),
    ])  # fmt: skip
    def test_a_path_that_leads_nowhere_is_named(self, console: Console, language: str, told: str) -> None:
        missing = console.folder / "missing.csv"
        said = console.run("import", missing, LANGUAGE=language)
        assert (said.code, said.out, said.err) == (2, "", told.format(file=missing))

    def test_a_folder_is_no_file(self, console: Console) -> None:
        said = console.run("import", console.folder)
        assert (said.code, said.out) == (2, "")
        assert "cannot be opened" in said.err

    def test_a_missing_key_column_is_told_in_chinese(self, console: Console) -> None:
        said = console.run("import", console.file("people.csv", "姓名\n梅\n"), LANGUAGE="zh")
        assert said.code == 2
        assert said.err.startswith("people.csv 至少需要电话、邮箱或 Telegram ID 中的一列")

    def test_the_report_never_goes_over_the_file_itself(self, console: Console) -> None:
        file = console.file("people.csv", PEOPLE + MEI)
        said = console.run("import", file, "--report", file)
        assert said.code == 2
        assert "nothing was imported" in said.err
        assert file.read_text() == PEOPLE + MEI
        assert not console.data.exists()

    def test_a_store_that_cannot_be_opened_is_told_in_a_sentence(self, console: Console) -> None:
        console.file("data", "a file where the folder should be")
        said = console.run("import", console.file("people.csv", PEOPLE + MEI))
        assert said.code == 3
        assert "cannot be used: File exists" in said.err
        assert said.err.count("\n") == 1


@pytest.mark.slow
async def test_it_writes_beside_a_running_bot_that_goes_on_answering(tmp_path: Path) -> None:
    rows = "".join(f"{5000 + number},P{number},,,,,\n" for number in range(300))
    async with opened(tmp_path) as site:
        await site.start()
        console = Console(tmp_path, {"TELEGRAM__API_URL": site.running.url})
        file = console.file("people.csv", PEOPLE + rows)
        importing = asyncio.create_task(console.beside("import", file))
        chats = []
        while not importing.done():
            person, chat = site.meet(f"Customer {len(chats)}")
            site.write(person, chat)
            chats.append(chat.id)
            await asyncio.sleep(0.05)
        assert "Written: 300 new, 0 updated." in (await importing).out
        assert await site.until(lambda: all(site.said(chat) for chat in chats), within=30)
        await site.terminate()
    assert console.ask("SELECT count(*) FROM customer") == [(300 + len(chats),)]
    assert console.ask("SELECT count(*) FROM journal WHERE state <> 'done'") == [(0,)]

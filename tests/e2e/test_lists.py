"""Every list: pages forwards and backwards, their links, and that they hold still while things come and go."""
from things import completed, things

LISTS = ["/v1/keys", "/v1/senders", "/v1/templates", "/v1/audiences", "/v1/campaigns", "/v1/messages", "contacts"]


def fill_lists(w):
    """At least five of everything; made once. The list's path for each."""
    if not hasattr(w, "lists"):
        ids = things(w)
        for i in range(5):
            number = f"4480815702{i:02d}"
            w.post("/v1/keys", {"name": f"key {i}", "role": "viewer"})
            w.post("/v1/senders", {"name": f"sender {i}", "code": number, "phone_number_id": number, "waba_id": "102290129340398", "access_token": "EAAx",
                                   "app_secret": "s"})
            w.template()
            w.post(f"/v1/audiences/{ids['audience']}/contacts", {"number": f"+3361234567{i}"})
            w.campaign({"id": ids["template"]}, w.audience(2), schedule=f"2199-01-01 00:00:0{i}")
        w.wait(w.campaign({"id": ids["template"]}, {"id": ids["audience"]}), completed)
        w.lists = [f"/v1/audiences/{ids['audience']}/contacts" if name == "contacts" else name for name in LISTS]
    return w.lists


def local(w, link):
    assert link is None or link.startswith(f"http://{w.server.address}/"), link
    return link and link.split(w.server.address, 1)[1]


def test_forwards_and_backwards(w):
    for path in fill_lists(w):
        whole = w.get(f"{path}?page_size=100").tree
        total, everything = whole["pagination"]["total"], [item["id"] for item in whole["data"]]
        assert total == len(everything) == len(set(everything)) >= 5, path
        dates = [item["create_date"] for item in whole["data"]]
        assert dates == sorted(dates, reverse=True), f"{path} is not newest first"
        pages, target = [], f"{path}?page_size=2"
        while target:
            page = w.get(target).tree
            pagination, links = page["pagination"], page["pagination"]["links"]
            pages.append([item["id"] for item in page["data"]])
            assert (pagination["number"], pagination["size"], pagination["total"]) == (len(pages), len(page["data"]), total)
            assert local(w, links["first"]) == f"{path}?page_size=2" and local(w, links["current"]) == target
            assert (links["previous"] is None) == (len(pages) == 1)
            back, target = local(w, links["previous"]), local(w, links["next"])
        assert sum(pages, []) == everything and all(len(page) == 2 for page in pages[:-1])
        for number in range(len(pages) - 1, 0, -1):
            page = w.get(back).tree
            assert [item["id"] for item in page["data"]] == pages[number - 1] and page["pagination"]["number"] == number, path
            back = local(w, page["pagination"]["links"]["previous"])
        assert back is None


def test_the_default_size_and_its_bounds(w):
    for path in fill_lists(w):
        for size in ("0", "-1", "1.5", "2x", "", "99999999999999999999"):
            assert w.faults("GET", f"{path}?page_size={size}") == [(400, 1016, "page_size")], (path, size)
        assert "page_size=20" in w.get(path).tree["pagination"]["links"]["first"]
        assert "page_size=100" in w.get(f"{path}?page_size=101").tree["pagination"]["links"]["first"]


def test_a_token_opens_its_own_list_only(w):
    lists = fill_lists(w)
    for path, other in zip(lists, lists[1:] + lists[:1]):
        links = w.get(f"{path}?page_size=2&filter[channel]=whatsapp").tree["pagination"]["links"]
        query = local(w, links["next"]).split("?", 1)[1]
        assert query.startswith("filter[channel]=whatsapp&page_size=2&page_token="), query  # filters are kept, the size before the token
        token = query.rsplit("=", 1)[1]
        w.get(f"{path}?{query}")
        w.get(f"{path}?filter[channel]=whatsapp&page_size=3&page_token={token}")  # another size is no other list
        for wrong in (f"{other}?filter[channel]=whatsapp&page_token={token}", f"{path}?page_token={token}", f"{path}?filter[channel]=sms&page_token={token}",
                      f"{path}?filter[channel]=whatsapp&page_token={token[:-1]}", f"{path}?filter[channel]=whatsapp&page_token={token}A",
                      f"{path}?filter[channel]=whatsapp&page_token={token[1:] + token[0]}", f"{path}?page_token=", f"{path}?page_token=%F0%9F%98%80"):
            assert w.faults("GET", wrong) == [(400, 1015, "page_token")], wrong


def test_filters_raw_and_encoded(w):
    fill_lists(w)
    for path, name, value, n in (("/v1/campaigns", "statuses", "scheduled", 5), ("/v1/campaigns", "statuses", "SCHEDULED, completed", 7),
                                 ("/v1/campaigns", "statuses", "scheduled,nonsense", 5), ("/v1/campaigns", "statuses", "nonsense", 0),
                                 ("/v1/campaigns", "channel", "WhatsApp", 7), ("/v1/campaigns", "channel", "sms,viber", 0),
                                 ("/v1/senders", "name", "sender 3", 1), ("/v1/senders", "name", "sender", 0), ("/v1/senders", "type", "did", 6),
                                 ("/v1/senders", "status", "available", 6), ("/v1/templates", "status", "COMPLETED,CANCELED", 6),
                                 ("/v1/templates", "status", "completed", 6), ("/v1/templates", "name", "nobody", 0)):
        encoded = value.replace(" ", "%20")
        for query in (f"filter[{name}]={encoded}", f"filter%5B{name}%5D={encoded}", f"filter%5b{name}%5d={encoded.replace(',', '%2C').replace('%20', '+')}"):
            assert w.get(f"{path}?{query}&page_size=100").tree["pagination"]["total"] == n, (path, query)


def test_what_comes_and_goes_moves_no_page(w):
    for i in range(6):
        w.post("/v1/audiences", {"name": f"Still {i}", "channel": "whatsapp"})
    query = "/v1/audiences?filter[search]=Still&page_size=2"
    first = w.get(query).tree
    second = local(w, first["pagination"]["links"]["next"])
    assert [a["name"] for a in w.get(second).tree["data"]] == ["Still 3", "Still 2"]
    w.post("/v1/audiences", {"name": "Still newer", "channel": "whatsapp"})
    w.delete(f"/v1/audiences/{first['data'][1]['id']}")  # the one that the token was made of
    page = w.get(second).tree
    assert [a["name"] for a in page["data"]] == ["Still 3", "Still 2"] and page["pagination"]["total"] == 6
    back = w.get(local(w, page["pagination"]["links"]["previous"])).tree
    assert [a["name"] for a in back["data"]] == ["Still newer", "Still 5"]

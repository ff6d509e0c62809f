"""CSV imports: what is taken, what is refused and why."""
from world import UNKNOWN_ID

import harness


def start(w, text, query="", audience=None):
    audience = audience or w.audience(0)
    answer = w.call("POST", f"/v1/audiences/{audience['id']}/import{query}", text, content_type="text/csv")
    return audience, harness.good(answer, 202).data


def over(w, job):
    def look():
        data = w.get(f"/v1/imports/{job['id']}").data
        return data if data["status"] in ("completed", "failed", "canceled") else None
    return harness.wait_until(look, 30, "the end of the import")


def contacts(w, audience):
    return {c["number"]: c for c in w.get(f"/v1/audiences/{audience['id']}/contacts?page_size=100").tree["data"]}


def test_a_file_as_spreadsheets_write_it(w):
    text = ('\ufeffPhone,First Name,custom1,City\r\n+44 7400-123456,"Ann, ""A""",gold,Leeds\r\n\r\n33612345678,,,\r\n'
            '"+5511961234567",João,silver,"São\nPaulo"\r\n')
    audience, job = start(w, text)
    done = over(w, job)
    assert (done["status"], done["rows"], done["added"], done["invalid"], done["progress"]) == ("completed", 3, 3, 0, 1)
    found = contacts(w, audience)
    assert found["447400123456"]["first_name"] == 'Ann, "A"' and found["447400123456"]["fields"] == {"City": "Leeds"}
    assert found["33612345678"]["fields"] == {} and found["33612345678"]["first_name"] == ""
    assert found["5511961234567"]["fields"] == {"City": "São\nPaulo"} and found["5511961234567"]["custom1"] == "silver"


def test_rejected_lines_are_told(w):
    audience, job = start(w, "number,first_name\n12,a\n447400123456,b\n\"open,c\n447400123457,d,extra\n,e\n447400123458,f\n")
    done = over(w, job)
    assert (done["rows"], done["added"], done["invalid"]) == (6, 2, 4)
    assert [r["line"] for r in done["rejected"]] == [2, 4, 5, 6]
    assert done["rejected"][0]["number"] == "12" and all(r["reason"] for r in done["rejected"])
    csv = w.get(f"/v1/imports/{job['id']}", headers={"Accept": "text/csv"})
    assert csv.body.decode().splitlines()[0] == "line,number,reason" and len(csv.body.decode().splitlines()) == 5
    assert len(contacts(w, audience)) == 2


def test_again_updates_and_counts_duplicates(w):
    audience, job = start(w, "number,first_name\n447400123456,Ann\n447400123457,Bob\n447400123456,Ann\n")
    done = over(w, job)
    assert (done["added"], done["updated"], done["duplicates"]) == (2, 0, 1)
    _, job = start(w, "number,first_name,custom1\n447400123456,,gold\n447400123457,Bob,\n447400123458,Cy,\n", audience=audience)
    done = over(w, job)
    assert (done["added"], done["updated"], done["duplicates"]) == (1, 1, 1)
    found = contacts(w, audience)
    assert found["447400123456"]["first_name"] == "Ann" and found["447400123456"]["custom1"] == "gold"
    assert w.get(f"/v1/audiences/{audience['id']}").data["contacts_count"] == 3


def test_region_permits_national_numbers(w):
    text = "mobile\n07400 123456\n+33 6 12 34 56 78\n"
    _, job = start(w, text)
    assert over(w, job)["added"] == 1
    _, job = start(w, text, "?region=GB")
    assert over(w, job)["added"] == 2
    path = f"/v1/audiences/{w.audience(0)['id']}/import"
    for region in ("gb", "XX", "GBR", ""):
        assert w.faults("POST", f"{path}?region={region}", body=text, content_type="text/csv") == [(400, 1313, "region")], region


def test_files_that_cannot_be_read(w):
    path = f"/v1/audiences/{w.audience(0)['id']}/import"
    assert w.faults("POST", path, body=" ", content_type="application/json") == [(415, 1011, None)]
    answer = w.call("POST", path, "", content_type="text/csv")
    assert answer.status == 400 and answer.tree["errors"][0]["code"] == 1313
    for text in ("name,city\nx,y\n", "number,phone\n1,2\n", "\n\n", '"number\n'):
        _, job = start(w, text)
        done = over(w, job)
        assert done["status"] == "failed" and done["error"], text
    w.refused("GET", f"/v1/imports/{UNKNOWN_ID}", None, 404, 1311)
    w.refused("GET", "/v1/imports/x", None, 400, 1312)
    assert w.faults("POST", f"/v1/audiences/{UNKNOWN_ID}/import", body="number\n", content_type="text/csv") == [(404, 1301, None)]


def test_stopping(w):
    _, job = start(w, harness.contacts_csv(30000))
    w.delete(f"/v1/imports/{job['id']}")
    assert w.get(f"/v1/imports/{job['id']}").data["status"] == "canceled"
    w.refused("DELETE", f"/v1/imports/{job['id']}", None, 409, 1314)
    audience, job = start(w, "number\n447400123456\n")  # the next one goes on
    assert over(w, job)["added"] == 1
    assert len(contacts(w, audience)) == 1

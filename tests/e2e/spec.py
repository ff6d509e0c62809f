"""docs/openapi.yaml as a judge of every answer seen."""
import json
import re
from urllib.parse import urlsplit

import jsonschema
import yaml

METHODS = ("get", "post", "put", "delete")
CODE = re.compile(r"\b1\d{3}\b")


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.tree = yaml.safe_load(file)
        self.routes = []  # (method, pattern, path, operation)
        for name, item in self.tree["paths"].items():
            pattern = re.compile(re.sub(r"\{[a-z]+\}", "[^/]+", name) + "$")
            self.routes += [(method, pattern, name, item[method]) for method in METHODS if method in item]
        text = self.tree["components"]["responses"]["Faults"]["description"]
        self.common = {(int(status), int(code)) for code, status in re.findall(r"(1\d{3}) \((\d{3})\)", text)}
        self.seen = {}  # (method, path) → statuses
        self.seen_codes = {}  # (method, path) → (status, code) of faults
        self.checked = 0

    def operation(self, method, target):
        path = urlsplit(target).path
        for known, pattern, name, operation in self.routes:
            if known == method.lower() and pattern.match(path):
                return name, operation
        return None, None

    def resolve(self, node):
        while "$ref" in node:
            place = self.tree
            for part in node["$ref"].lstrip("#/").split("/"):
                place = place[part]
            node = place
        return node

    def validate(self, schema, value):
        # The schema's references are into the whole document, so it is checked as a part of that.
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.tree["components"], **schema}
        jsonschema.Draft202012Validator(whole).validate(value)

    def own_codes(self, operation):
        """(status, code) of every fault that the document lists for this route."""
        return {(int(status), int(code)) for status, response in operation["responses"].items() if status.isdigit() and int(status) >= 400
                for code in CODE.findall(response.get("description", ""))}

    def codes(self, operation):
        """The same with the faults of any route."""
        return self.own_codes(operation) | self.common

    def check(self, method, target, answer):
        """Raises when this answer is not one that the document announces."""
        self.checked += 1
        assert answer.headers.get("x-request-id"), f"{method} {target}: no X-Request-Id"
        name, operation = self.operation(method, target)
        if operation is None:  # an unknown path or method: the error envelope all the same
            assert answer.status in (401, 404, 405), f"{method} {target}: {answer.status} outside of the document"
            self.validate({"$ref": "#/components/schemas/Faults"}, answer.tree)
            return
        self.seen.setdefault((method.lower(), name), set()).add(answer.status)
        responses = operation["responses"]
        if str(answer.status) not in responses:
            assert "default" in responses and answer.status >= 400, f"{method} {target}: status {answer.status} is not in the document"
        response = self.resolve(responses.get(str(answer.status), responses.get("default")))
        content = response.get("content")
        if not content:
            assert answer.status != 204 or answer.body == b"", f"{method} {target}: a body where there should be none"
            return
        kind = answer.headers.get("content-type", "").split(";")[0]
        assert kind in content, f"{method} {target}: content type {kind!r}"
        if kind == "application/json":
            self.validate(content[kind]["schema"], json.loads(answer.body))
            if answer.status >= 400:
                told = {(e["status"], e["code"]) for e in answer.tree["errors"]}
                self.seen_codes.setdefault((method.lower(), name), set()).update(told)
                strange = told - self.codes(operation)
                assert not strange, f"{method} {target}: faults {strange} are not in the document for this route"

    def never_succeeded(self):
        """Operations that were never answered with a 2xx."""
        return [f"{method.upper()} {name}" for method, _, name, _ in self.routes
                if not any(status < 300 for status in self.seen.get((method, name), ()))]

    def never_seen(self):
        """What the document tells of and no test has met: answers, and codes of faults."""
        for method, _, name, operation in self.routes:
            statuses = {int(status) for status in operation["responses"] if status.isdigit()} - self.seen.get((method, name), set())
            codes = self.own_codes(operation) - self.seen_codes.get((method, name), set())
            yield from (f"{method.upper()} {name} {status}" for status in sorted(statuses))
            yield from (f"{method.upper()} {name} {status} with code {code}" for status, code in sorted(codes))

def test_it(client):
    r = client.get("/openapi.json")
    print(r.status_code, r.text[:600])

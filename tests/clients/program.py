"""Parts of a program as people write them with redis-py, each run by its name: program.py PORT 2|3 PART.

A part prints what it learned from the server, in an order that does not depend on chance, so that the same part run against
another server must print the same.
"""

import sys
import threading
import time

import redis

PORT, PROTOCOL = int(sys.argv[1]), int(sys.argv[2])


def connect(**options):
    options = {"port": PORT, "protocol": PROTOCOL, "decode_responses": True, **options}
    return redis.Redis(**options)


def queue(r):
    """Workers take jobs with BLMOVE, keep them in a list of their own while they work, and one of them dies."""
    jobs, done = 120, "jobs:done"

    def worker(name, dies_at):
        mine = connect()
        handled = 0
        while True:
            job = mine.blmove("jobs:waiting", f"jobs:at:{name}", 2, "LEFT", "RIGHT")
            if job == "stop":
                mine.lrem(f"jobs:at:{name}", 1, job)
                break
            handled += 1
            if handled == dies_at:
                break  # with the job still in its list
            with mine.pipeline() as pipe:
                pipe.hset(f"job:{job}", mapping={"state": "done", "by": name})
                pipe.hincrby(f"job:{job}", "runs", 1)
                pipe.rpush(done, job)
                pipe.lrem(f"jobs:at:{name}", 1, job)
                pipe.execute()
        mine.close()

    threads = [threading.Thread(target=worker, args=(f"w{i}", 5 if i == 0 else None)) for i in range(4)]
    for thread in threads:
        thread.start()
    for number in range(jobs):
        r.rpush("jobs:waiting", number)
        if number % 30 == 0:
            time.sleep(0.02)
    threads[0].join()
    # The dead worker's jobs go back to the head of the queue.
    while r.lmove("jobs:at:w0", "jobs:waiting", "RIGHT", "LEFT"):
        print("a job of the dead worker goes back")
    r.rpush("jobs:waiting", *["stop"] * 3)
    for thread in threads[1:]:
        thread.join()
    print("done", sorted(map(int, r.lrange(done, 0, -1))) == list(range(jobs)), r.llen(done))
    print("left", r.llen("jobs:waiting"), [r.exists(f"jobs:at:w{i}") for i in range(4)])
    print("runs", {r.hget(f"job:{number}", "runs") for number in range(jobs)})
    print("states", {r.hgetall(f"job:{number}")["state"] for number in range(jobs)})
    start = time.time()
    print("nothing", r.blmove("jobs:waiting", "x", 0.2), r.blpop(["jobs:waiting", "y"], 0.1), 0.25 < time.time() - start < 5)
    r.rpush("y", "a", "b", "c")
    print("first", r.blpop(["jobs:waiting", "y"], 1), r.blmpop(1, 2, "x", "y", direction="RIGHT", count=5))


def leaderboard(r):
    """Scores of players, ranks, neighbours."""
    r.zadd("board", {"ann": 10, "bob": 25.5, "cid": 7})
    print(r.zincrby("board", 20, "ann"), r.zincrby("board", 0.1, "cid"))
    print(r.zadd("board", {"ann": 5}, gt=True), r.zadd("board", {"ann": 31, "dee": 1}, gt=True, ch=True))
    print(r.zadd("board", {"eve": 3}, xx=True), r.zadd("board", {"ann": 0}, nx=True), r.zscore("board", "eve"))
    print(r.zrevrange("board", 0, -1, withscores=True))
    print(r.zrank("board", "ann"), r.zrevrank("board", "ann"), r.zrevrank("board", "nobody"))
    print(r.zrank("board", "ann", withscore=True), r.zrevrank("board", "nobody", withscore=True))
    for number in range(300):
        r.zadd("large", {f"p{number:03}": (number * 7919) % 1000 / 4})
    rank = r.zrevrank("large", "p123")
    print(rank, r.zrevrange("large", rank - 2, rank + 2, withscores=True))
    print(r.zcount("large", 100, "(200"), r.zrangebyscore("large", 100, 104, start=1, num=3, withscores=True))
    print(r.zrange("large", "(100", 101, byscore=True, withscores=True))
    r.zadd("lex", dict.fromkeys("abcdef", 0))
    print(r.zrangebylex("lex", "[b", "(e"), r.zlexcount("lex", "-", "+"), r.zrange("lex", "+", "[d", bylex=True, desc=True))
    print(r.object("encoding", "board"), r.object("encoding", "large"))
    print(sorted(r.zscan_iter("large"))[:3], len(list(r.zscan_iter("large", match="p1*"))))
    print(r.zpopmin("board", 2), r.zmpop(1, ["board"], max=True), r.bzpopmin(["none", "board"], 1), r.zpopmax("board"))
    print(r.zremrangebyrank("large", 0, 99), r.zremrangebyscore("large", 200, "+inf"), r.zcard("large"))
    print(len(set(r.zrandmember("large", 20))), r.zrandmember("none"))


def weeks(r):
    """Weekly scores, summed and compared."""
    r.zadd("week:1", {"ann": 1, "bob": 2})
    r.zadd("week:2", {"bob": 3, "cid": 4})
    print(r.zunionstore("month", ["week:1", "week:2"]), r.zrange("month", 0, -1, withscores=True))
    print(r.zinterstore("both", {"week:1": 2, "week:2": 1}, aggregate="MAX"), r.zrange("both", 0, -1, withscores=True))
    print(r.zunion(["week:1", "week:2"], withscores=True), r.zdiff(["week:1", "week:2"], withscores=True))
    print(r.zinter(["week:1", "week:2"]), r.zintercard(2, ["week:1", "week:2"]), r.zmscore("month", ["ann", "x"]))


def rates(r):
    """A counter for each window, and a window that slides."""
    def allowed(user, limit):
        with r.pipeline() as pipe:
            count, _ = pipe.incr(f"rate:{user}").expire(f"rate:{user}", 3, nx=True).execute()
        return count <= limit

    print([allowed("ann", 3) for _ in range(5)], allowed("bob", 3))
    print(0 < r.pttl("rate:ann") <= 3000)
    time.sleep(3.1)
    print(allowed("ann", 3), r.get("rate:ann"), r.exists("rate:bob"))

    def slides(user, now, window, limit):
        key = f"window:{user}"
        with r.pipeline() as pipe:
            pipe.zremrangebyscore(key, 0, now - window)
            pipe.zcard(key)
            pipe.zadd(key, {f"{now}": now})
            pipe.expire(key, window)
            _, count, _, _ = pipe.execute()
        return count < limit

    print([slides("ann", now, 10, 3) for now in (100, 101, 102, 103, 109, 112, 113, 130)])
    print(r.zrange("window:ann", 0, -1, withscores=True))
    # Counts that must not be lost: optimistic transactions of many writers.
    def add():
        mine = connect()
        for _ in range(30):
            mine.transaction(lambda pipe: (lambda old: (pipe.multi(), pipe.hset("sums", "n", old + 1)))(int(pipe.hget("sums", "n") or 0)), "sums")
        mine.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(r.hgetall("sums"), r.hincrbyfloat("sums", "f", 0.1), r.hincrbyfloat("sums", "f", 0.2))
    print([r.bitfield("bits").incrby("u8", "#1", 200, overflow="SAT").execute() for _ in range(2)])
    print(r.pfadd("visitors", *range(1000)), abs(r.pfcount("visitors") - 1000) < 30)


def groups(r):
    """Events in a stream, two consumers of a group, one of which dies with events unacknowledged."""
    for number in range(1, 21):
        r.xadd("events", {"number": number, "kind": "odd" if number % 2 else "even"}, id=f"{number}-0")
    print(r.xlen("events"), r.xrange("events", "3", "5"), r.xrevrange("events", count=2))
    print(r.xgroup_create("events", "readers", id="0"), r.xgroup_create("other", "readers", id="$", mkstream=True))
    try:
        r.xgroup_create("events", "readers", id="0")
    except redis.ResponseError as error:
        print(error)
    first = r.xreadgroup("readers", "ann", {"events": ">"}, count=8)
    print(first)
    print(r.xreadgroup("readers", "bob", {"events": ">"}, count=20))
    print(r.xreadgroup("readers", "bob", {"events": ">"}, count=20))
    print(r.xack("events", "readers", "1-0", "2-0", "99-0"))
    summary = r.xpending("events", "readers")
    print(summary)
    times = {"time_since_delivered": 0}
    print([{**entry, **times} for entry in r.xpending_range("events", "readers", "-", "+", 3, consumername="ann")])
    print(r.xclaim("events", "readers", "bob", 0, ["3-0", "4-0"]), r.xclaim("events", "readers", "bob", 0, ["5-0"], justid=True))
    print(r.xautoclaim("events", "readers", "bob", 0, count=2), r.xautoclaim("events", "readers", "bob", 100_000, justid=True))
    print(r.xreadgroup("readers", "ann", {"events": "0"}))
    print(r.xack("events", "readers", *[f"{number}-0" for number in range(1, 21)]), r.xpending("events", "readers"))
    known = ("name", "pending", "consumers", "last-delivered-id", "entries-read", "lag")
    print([{field: group[field] for field in known} for group in r.xinfo_groups("events")])
    print([(consumer["name"], consumer["pending"]) for consumer in r.xinfo_consumers("events", "readers")])
    stream = r.xinfo_stream("events")
    print(stream["length"], stream["last-generated-id"], stream["groups"], stream["first-entry"], stream["entries-added"])
    print(r.xtrim("events", maxlen=5, approximate=False), r.xdel("events", "18-0", "1-0"), r.xrange("events"))
    print(r.xadd("events", {"a": "b"}, id="30-*"), r.xadd("events", {"a": "b"}, id="40-1", maxlen=2, approximate=False), r.xlen("events"))

    # A consumer waits in a thread of its own.
    seen = []

    def consume():
        mine = connect()
        last = "$"
        while len(seen) < 50:
            answer = mine.xread({"live": last}, block=2000, count=7)
            # RESP3 has a map of batches where RESP2 has pairs.
            batches = [entries for _, entries in answer] if PROTOCOL == 2 else [batch for found in answer.values() for batch in found]
            for entries in batches:
                seen.extend(fields["n"] for _, fields in entries)
                last = entries[-1][0]
        mine.close()

    thread = threading.Thread(target=consume)
    thread.start()
    while r.info("clients")["blocked_clients"] == 0:
        time.sleep(0.01)
    for number in range(50):
        r.xadd("live", {"n": number})
    thread.join()
    print(seen == [str(number) for number in range(50)], r.xgroup_destroy("events", "readers"))


def places(r):
    """Shops near a place."""
    shops = {"Palermo": (13.361389, 38.115556), "Catania": (15.087269, 37.502669), "Agrigento": (13.5765, 37.311), "Rome": (12.4964, 41.9028)}
    for name, (longitude, latitude) in shops.items():
        print(r.geoadd("shops", (longitude, latitude, name)))
    print(r.geodist("shops", "Palermo", "Catania", unit="km"), r.geodist("shops", "Palermo", "nowhere"))
    print(r.geohash("shops", "Palermo", "Rome"), r.geopos("shops", "Catania", "nowhere"))
    print(r.geosearch("shops", longitude=15, latitude=37, radius=200, unit="km", sort="ASC"))
    print(r.geosearch("shops", member="Palermo", radius=300, unit="km", sort="DESC", withdist=True, withcoord=True, withhash=True))
    print(r.geosearch("shops", member="Rome", width=800, height=1200, unit="km", sort="ASC", count=2))
    print(r.geosearchstore("near", "shops", longitude=15, latitude=37, radius=200, unit="km", storedist=True), r.zrange("near", 0, -1, withscores=True))
    print(r.georadius("shops", 15, 37, 200, unit="km", sort="ASC", withdist=True), r.georadiusbymember("shops", "Catania", 100, unit="mi", sort="ASC"))
    try:
        r.geoadd("shops", (200, 10, "nowhere"))
    except redis.ResponseError as error:
        print(error)


def tags(r):
    """Which articles have which tags."""
    for number in range(1, 200):
        for tag in (2, 3, 5):
            if number % tag == 0:
                r.sadd(f"tag:{tag}", number)
        r.hset(f"article:{number}", mapping={"title": f"t{number % 17}", "price": number * 31 % 100})
    print(sorted(map(int, r.sinter("tag:2", "tag:3", "tag:5"))), r.sintercard(2, ["tag:2", "tag:3"], limit=10))
    print(r.sunionstore("any", "tag:2", "tag:3"), r.sdiffstore("only2", "tag:2", "tag:3", "tag:5"), r.scard("any"))
    print(r.smismember("tag:2", [4, 5]), r.sismember("tag:3", 9), r.smove("tag:5", "gone", 25), r.srem("tag:5", 25, 35))
    print(len(set(r.sscan_iter("any"))), len(r.srandmember("any", 10)), len(r.spop("only2", 3)), r.scard("only2"))
    print(r.object("encoding", "any"), r.object("encoding", "tag:5"))
    print(sorted(r.hscan_iter("article:5")), sorted(r.scan_iter(match="tag:*", _type="set")))


def pages(r):
    """Results in pages, sorted by what other keys hold."""
    for number in range(1, 30):
        r.hset(f"article:{number}", mapping={"title": f"t{number % 17}", "price": number * 31 % 100})
    r.sadd("page", *range(1, 11))
    print(r.sort("page", by="article:*->price", get=["#", "article:*->title"], start=0, num=4, groups=True))
    print(r.sort("page", desc=True, start=2, num=3), r.sort("page", by="nosort", alpha=True, store="sorted"), r.llen("sorted"))


def listener(r):
    """Messages by channel and by pattern in a thread, and news of keys that expire."""
    got = []
    pubsub = r.pubsub()

    def note(message):
        got.append((message["type"], message["pattern"], message["channel"], message["data"]))

    pubsub.subscribe(**{"news": note})
    pubsub.psubscribe(**{"news.*": note, "*.sport": note})
    thread = pubsub.run_in_thread(sleep_time=0.01, daemon=True)
    until(lambda: r.pubsub_numsub("news") == [("news", 1)] and r.pubsub_numpat() == 2)
    print(r.publish("news", "a"), r.publish("news.sport", "b"), r.publish("weather.sport", "c"), r.publish("none", "d"))
    until(lambda: len(got) == 4)
    print(sorted(got, key=str))
    print(sorted(r.pubsub_channels()), r.pubsub_channels("x*"))
    thread.stop()
    thread.join()
    until(lambda: r.pubsub_numpat() == 0)

    r.config_set("notify-keyspace-events", "Ex")
    events = r.pubsub(ignore_subscribe_messages=True)
    events.subscribe("__keyevent@0__:expired")
    until(lambda: r.pubsub_numsub("__keyevent@0__:expired") == [("__keyevent@0__:expired", 1)])
    r.set("session", "x", px=30)
    print(next(events.listen()))
    events.close()
    r.config_set("notify-keyspace-events", "")

    # Pages wait for an answer that comes by a shard channel.
    shard = r.pubsub()
    shard.ssubscribe("shard")
    print(shard.get_message(timeout=2))
    print(r.spublish("shard", "hello"), r.publish("shard", "nobody"))
    print(shard.get_message(timeout=2))
    shard.sunsubscribe("shard")
    print(shard.get_message(timeout=2), r.pubsub_shardchannels())
    shard.close()

    # One connection that listens, pings and leaves.
    one = r.pubsub()
    one.subscribe("a", "b")
    print(sorted((m["channel"], m["data"]) for m in (one.get_message(timeout=2), one.get_message(timeout=2))))
    print(one.ping("there?"), one.get_message(timeout=2))
    one.unsubscribe()
    print(sorted(m["data"] for m in (one.get_message(timeout=2), one.get_message(timeout=2))), one.subscribed)
    one.close()
    until(lambda: r.pubsub_channels() == [])


def until(good):
    deadline = time.time() + 10
    while not good():
        if time.time() > deadline:
            raise TimeoutError("not within ten seconds")
        time.sleep(0.01)


if __name__ == "__main__":
    r = connect()
    r.flushall()
    globals()[sys.argv[3]](r)
    r.close()

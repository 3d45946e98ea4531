"""What a program that uses redis-py relies on. Run with a port and a protocol version: redis_py.py PORT 2|3."""

import sys
import threading
import time
import unittest

import redis

PORT, PROTOCOL = int(sys.argv[1]), int(sys.argv[2])


def connect(**options):
    options = {"port": PORT, "protocol": PROTOCOL, "decode_responses": True, **options}
    return redis.Redis(**options)


class WithServer(unittest.TestCase):
    def setUp(self):
        self.r = connect()
        self.r.flushall()

    def tearDown(self):
        self.r.close()


class Strings(WithServer):
    def test_values_come_back(self):
        r = self.r
        self.assertIs(r.set("k", "v"), True)
        self.assertEqual(r.get("k"), "v")
        self.assertIsNone(r.get("missing"))
        self.assertIsNone(r.set("k", "w", nx=True))
        self.assertEqual(r.set("k", "w", get=True), "v")
        self.assertEqual(r.mget("k", "missing"), ["w", None])
        self.assertIs(r.mset({"a": 1, "b": 2.5}), True)
        self.assertEqual(r.incrby("a", 41), 42)
        self.assertEqual(r.incrbyfloat("b", 0.5), 3.0)
        self.assertEqual(r.append("k", "xyz"), 4)
        self.assertEqual(r.getrange("k", 1, -1), "xyz")
        self.assertEqual(r.setrange("k", 6, "!"), 7)
        self.assertEqual(r.strlen("k"), 7)
        self.assertEqual(r.getdel("k"), "wxyz\0\0!")
        self.assertEqual(r.exists("k", "a", "a"), 2)

    def test_bytes_survive(self):
        r = connect(decode_responses=False)
        everything = bytes(range(256)) * 5
        r.set(everything, everything)
        self.assertEqual(r.get(everything), everything)
        big = b"x" * 5_000_000
        r.set("big", big)
        self.assertEqual(r.get("big"), big)

    def test_lcs(self):
        self.r.mset({"a": "ohmytext", "b": "mynewtext"})
        self.assertEqual(self.r.lcs("a", "b"), "mytext")
        self.assertEqual(self.r.lcs("a", "b", len=True), 6)

    def test_errors_are_exceptions(self):
        self.r.set("k", "text")
        with self.assertRaisesRegex(redis.ResponseError, "value is not an integer or out of range"):
            self.r.incr("k")
        with self.assertRaisesRegex(redis.ResponseError, "unknown command"):
            self.r.execute_command("NOSUCH")


class Keys(WithServer):
    def test_expiry(self):
        r = self.r
        r.set("k", "v", ex=100)
        self.assertTrue(98 <= r.ttl("k") <= 100)
        self.assertTrue(r.expire("k", 200, gt=True))
        self.assertFalse(r.expire("k", 50, gt=True))
        self.assertTrue(r.persist("k"))
        self.assertEqual(r.ttl("k"), -1)
        self.assertEqual(r.ttl("missing"), -2)
        r.pexpire("k", 30)
        time.sleep(0.06)
        self.assertIsNone(r.get("k"))
        moment = int(time.time()) + 1000
        r.set("k", "v", exat=moment)
        self.assertEqual(r.expiretime("k"), moment)

    def test_expired_keys_go_by_themselves(self):
        pipe = self.r.pipeline()
        for i in range(2000):
            pipe.set(f"k{i}", "v", px=20 + i % 50)
        pipe.execute()
        deadline = time.time() + 5
        while self.r.dbsize() and time.time() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.r.dbsize(), 0)
        self.assertGreaterEqual(self.r.info("stats")["expired_keys"], 2000)

    def test_scan_sees_every_key(self):
        self.r.mset({f"key:{i}": i for i in range(3000)})
        self.assertEqual(set(self.r.scan_iter(count=50)), {f"key:{i}" for i in range(3000)})
        self.assertEqual(set(self.r.scan_iter(match="key:12*")), {f"key:{i}" for i in range(3000) if str(i).startswith("12")})
        self.assertEqual(list(self.r.scan_iter(_type="list")), [])
        self.assertEqual(len(self.r.keys("key:??")), 90)

    def test_scan_while_keys_come_and_go(self):
        stay = {f"stay:{i}" for i in range(2000)}
        self.r.mset(dict.fromkeys(stay, "v"))
        stop = threading.Event()

        def churn():
            other = connect()
            i = 0
            while not stop.is_set():
                other.mset({f"new:{i}:{j}": "v" for j in range(200)})
                if i >= 20:
                    other.delete(*[f"new:{i - 20}:{j}" for j in range(200)])
                i += 1
            other.close()

        thread = threading.Thread(target=churn)
        thread.start()
        try:
            for _ in range(5):
                self.assertLessEqual(stay, set(self.r.scan_iter(count=30)))
        finally:
            stop.set()
            thread.join()

    def test_rename_copy_move(self):
        r = self.r
        r.set("a", "1")
        r.rename("a", "b")
        self.assertTrue(r.copy("b", "c"))
        self.assertFalse(r.renamenx("b", "c"))
        self.assertTrue(r.move("c", 5))
        self.assertEqual(connect(db=5).get("c"), "1")
        self.assertEqual(r.object("encoding", "b"), "int")
        self.assertEqual(r.type("b"), "string")
        self.assertEqual(r.unlink("b", "missing"), 1)
        with self.assertRaisesRegex(redis.ResponseError, "no such key"):
            r.rename("missing", "x")


class Transactions(WithServer):
    def test_pipeline_without_transaction(self):
        pipe = self.r.pipeline(transaction=False)
        for i in range(1000):
            pipe.set(f"k{i}", i).get(f"k{i}")
        self.assertEqual(pipe.execute()[1::2], [str(i) for i in range(1000)])

    def test_errors_inside_come_in_their_place(self):
        pipe = self.r.pipeline()
        pipe.set("k", "text").incr("k").get("k")
        done = pipe.execute(raise_on_error=False)
        self.assertEqual((done[0], done[2]), (True, "text"))
        self.assertIsInstance(done[1], redis.ResponseError)

    def test_watch_sees_another_writer(self):
        self.r.set("k", 1)
        with self.r.pipeline() as pipe:
            pipe.watch("k")
            seen = int(pipe.get("k"))
            connect().set("k", 5)
            pipe.multi()
            pipe.set("k", seen + 1)
            with self.assertRaises(redis.WatchError):
                pipe.execute()
        self.assertEqual(self.r.get("k"), "5")

    def test_many_writers_lose_no_update(self):
        def add(_=None):
            mine = connect()
            for _ in range(50):
                mine.transaction(lambda pipe: (lambda n: (pipe.multi(), pipe.set("n", n + 1)))(int(pipe.get("n") or 0)), "n")
            mine.close()

        threads = [threading.Thread(target=add) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.r.get("n"), "300")


class Connections(WithServer):
    def test_client_commands(self):
        r = connect(client_name="tester", single_connection_client=True)
        self.assertEqual(r.client_getname(), "tester")
        info = r.client_info()
        self.assertEqual((info["name"], info["db"], int(info["resp"])), ("tester", 0, PROTOCOL))
        self.assertEqual(info["lib-name"], "redis-py")
        self.assertIn(str(r.client_id()), [c["id"] for c in self.r.client_list()])
        self.assertEqual(self.r.client_kill_filter(_id=r.client_id()), 1)
        self.assertTrue(r.ping())  # redis-py connects again by itself

    def test_server_commands(self):
        r = self.r
        self.assertEqual(r.info()["redis_version"], "7.2.4")
        self.assertEqual(r.config_get("maxmemory"), {"maxmemory": "0"})
        self.assertTrue(r.config_set("timeout", 0))
        self.assertEqual(r.command_count(), len(r.command()))
        self.assertEqual(r.command_getkeys("MSET", "a", 1, "b", 2), ["a", "b"])
        self.assertEqual(r.echo("hello"), "hello")
        seconds, micros = r.time()
        self.assertLess(abs(seconds - time.time()), 5)
        self.assertTrue(0 <= micros < 1_000_000)
        r.mset({"a": 1, "b": 2})
        r.expire("a", 100)
        self.assertEqual(r.info("keyspace")["db0"]["keys"], 2)
        self.assertEqual(r.info("keyspace")["db0"]["expires"], 1)

    def test_pool_under_threads(self):
        pool = redis.ConnectionPool(port=PORT, protocol=PROTOCOL, max_connections=20)
        shared = redis.Redis(connection_pool=pool)

        def work():
            for _ in range(200):
                shared.incr("n")

        threads = [threading.Thread(target=work) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(shared.get("n"), b"2000")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

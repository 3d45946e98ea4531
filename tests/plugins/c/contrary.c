/* A plugin whose commands break the rules of the interface, each in its own way. What the server can see it must tell. */
#include "russet_plugin.h"
#include <string.h>

RUSSET_PLUGIN("contrary", 3, RUSSET_FEATURE_KEYS | RUSSET_FEATURE_CALLS, "Breaks the rules.");

static const russet_host *host;
static russet_call *kept;

static int is(russet_call *call, const char *word) {
    russet_slice given = host->args->get(call, 1);
    return given.len == strlen(word) && memcmp(given.data, word, given.len) == 0;
}

static russet_status wrong(russet_call *call, void *data) {
    (void)data;
    russet_slice null_with_length = {NULL, 5}, nothing = {NULL, 0}, value;
    russet_slice key = RUSSET_TEXT("key");
    if (is(call, "silent")) return RUSSET_OK;
    if (is(call, "twice")) return host->reply->integer(call, 1), host->reply->integer(call, 2);
    if (is(call, "too-few")) return host->reply->array(call, 3), host->reply->integer(call, 1);
    if (is(call, "too-many")) return host->reply->array(call, 0), host->reply->integer(call, 1);
    if (is(call, "endless")) return host->reply->array(call, (size_t)-1);
    if (is(call, "odd-map")) return host->reply->map(call, 1), host->reply->integer(call, 1);
    if (is(call, "null")) return host->reply->bulk(call, null_with_length);
    if (is(call, "nothing")) return host->reply->bulk(call, nothing);
    if (is(call, "lines")) return host->reply->simple(call, RUSSET_TEXT("a\r\n+b"));
    if (is(call, "bytes")) return host->reply->simple(call, RUSSET_TEXT("\xff"));
    if (is(call, "format")) return host->reply->verbatim(call, RUSSET_TEXT("text"), key);
    if (is(call, "digits")) return host->reply->big_number(call, RUSSET_TEXT("12x"));
    if (is(call, "null-key")) return host->keys->get_string(call, nothing, &value);
    if (is(call, "write")) return host->keys->set_string(call, key, key, RUSSET_NO_EXPIRY);
    if (is(call, "delete")) return host->keys->remove(call, key, NULL);
    if (is(call, "null-words")) {
        russet_answer *answer;
        return host->calls->call(call, NULL, 3, 0, &answer);
    }
    if (is(call, "no-words")) {
        russet_answer *answer;
        return host->calls->call(call, &key, 0, 0, &answer);
    }
    if (is(call, "no-answer")) return host->calls->call(call, &key, 1, 0, NULL);
    if (is(call, "strange-flags")) {
        russet_answer *answer;
        return host->calls->call(call, &key, 1, 1u << 31, &answer);
    }
    if (is(call, "no-call")) return host->reply->integer(NULL, 1);
    if (is(call, "speechless")) return RUSSET_FAILED;
    if (is(call, "keep")) {
        kept = call;
        return host->reply->simple(call, RUSSET_TEXT("kept"));
    }
    if (is(call, "kept")) {
        /* The call that was kept has ended: nothing may come of it. */
        if (kept && kept != call) host->reply->integer(kept, 1);
        if (host->args->count(NULL) != 0) return RUSSET_FAILED;
        return host->reply->simple(call, RUSSET_TEXT("fine"));
    }
    return host->reply->fail(call, RUSSET_TEXT("ERR which?"));
}

/* Runs what it is given, and answers with the kind of what that answered, and its text. */
static russet_status run(russet_call *call, void *data) {
    (void)data;
    russet_slice words[16];
    size_t count = host->args->count(call) - 1;
    if (count > 16) return host->reply->fail(call, RUSSET_TEXT("ERR too many words"));
    for (size_t i = 0; i < count; i++) words[i] = host->args->get(call, i + 1);
    russet_answer *answer;
    russet_status status = host->calls->call(call, words, count, 0, &answer);
    if (status) return status;
    host->reply->array(call, 3);
    host->reply->integer(call, host->calls->kind(answer, 0));
    host->reply->integer(call, (int64_t)host->calls->count(answer, 0));
    russet_slice text = host->calls->bytes(answer, 0);
    if (text.data) host->reply->bulk(call, text);
    else host->reply->null(call);
    host->calls->release(answer);
    return RUSSET_OK;
}

static russet_status add(const russet_host *host, russet_plugin *plugin, const char *name, uint64_t flags,
                         russet_status (*run)(russet_call *, void *)) {
    russet_command command = {
        .size = sizeof(command),
        .name = {name, strlen(name)},
        .syntax = RUSSET_TEXT("what [arg ...]"),
        .flags = flags,
        .run = run,
    };
    return host->core->register_command(plugin, &command);
}

russet_status russet_plugin_load(const russet_host *given, russet_plugin *plugin, const russet_slice *args,
                                 size_t arg_count) {
    host = given;
    if (arg_count && args[0].len == 6 && memcmp(args[0].data, "refuse", 6) == 0)
        return host->core->refuse(plugin, RUSSET_TEXT("it does not want to"));
    if (arg_count && args[0].len == 5 && memcmp(args[0].data, "steal", 5) == 0)
        return add(host, plugin, "GET", RUSSET_READONLY, wrong);
    if (arg_count && args[0].len == 6 && memcmp(args[0].data, "mumble", 6) == 0)
        return add(host, plugin, "bad name", RUSSET_READONLY, wrong);
    if (add(host, plugin, "CONTRARY.WRONG", RUSSET_READONLY, wrong)) return RUSSET_FAILED;
    if (add(host, plugin, "CONTRARY.READ", RUSSET_READONLY, run)) return RUSSET_FAILED;
    return add(host, plugin, "CONTRARY.RUN", RUSSET_WRITE, run);
}

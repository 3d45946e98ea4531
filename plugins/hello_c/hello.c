/* HELLO.GREET in C, built by nothing but a compiler:
 *
 *     cc -shared -fPIC -I ../include hello.c -o hello.so
 */
#include "russet_plugin.h"

RUSSET_PLUGIN("hello-c", 1, RUSSET_FEATURE_KEYS, "Greets, in C.");

static const russet_host *host;

static russet_status greet(russet_call *call, void *data) {
    (void)data;
    russet_slice name;
    russet_status status = host->keys->get_string(call, host->args->get(call, 1), &name);
    if (status) return status;
    host->reply->array(call, 2);
    host->reply->simple(call, RUSSET_TEXT("Hello"));
    return name.data ? host->reply->bulk(call, name) : host->reply->null(call);
}

russet_status russet_plugin_load(const russet_host *given, russet_plugin *plugin, const russet_slice *args,
                                 size_t arg_count) {
    (void)args;
    (void)arg_count;
    static const russet_key_spec keys[] = {
        {.begin = RUSSET_BEGIN_INDEX, .index = 1, .find = RUSSET_FIND_RANGE, .step = 1,
         .flags = RUSSET_KEY_RO | RUSSET_KEY_ACCESS},
    };
    host = given;
    russet_command command = {
        .size = sizeof(command),
        .name = RUSSET_TEXT("HELLO.CGREET"),
        .summary = RUSSET_TEXT("Greets the one whose name is in a key."),
        .syntax = RUSSET_TEXT("key"),
        .since = RUSSET_TEXT("0.1.0"),
        .complexity = RUSSET_TEXT("O(1)"),
        .flags = RUSSET_READONLY | RUSSET_FAST,
        .keys = keys,
        .key_count = 1,
        .run = greet,
    };
    return host->core->register_command(plugin, &command);
}

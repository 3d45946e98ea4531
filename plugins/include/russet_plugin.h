/* russet_plugin.h: how a plugin and a Russet server talk to each other.
 *
 * A plugin is a shared library. It has
 *
 *   a manifest        russet_manifest, in the section ".russet.plugin" of the file: RUSSET_PLUGIN(...) puts it there. The
 *                     server reads it before any code of the plugin runs, and refuses the file if the two do not fit.
 *   an entry          russet_plugin_load(host, plugin, args, arg_count): registers commands. Called once.
 *   perhaps an exit   russet_plugin_unload(plugin): gives back what the plugin holds. Called once, before it is unmapped.
 *
 * Rules
 *
 *   - Nothing but C types crosses. Bytes are a pointer and a length; they need no zero byte at their end and may contain
 *     some.
 *   - What a function gives out by a slice belongs to the server and stays as it is until the plugin calls a function that
 *     changes keys or runs commands, or returns. What a plugin passes in is copied.
 *   - A russet_call is good until the callback that got it returns, and on its thread. A call with any other is refused
 *     (RUSSET_MISUSED) and told in the log.
 *   - A function that fails keeps the error with the call. A command that returns the status it was given answers its
 *     client with that error:
 *
 *         russet_slice value;
 *         russet_status status = host->keys->get_string(call, key, &value);
 *         if (status) return status;
 *
 *   - Every struct that may grow begins with its size in bytes, and grows at its end only. A table of a newer server has
 *     functions that this header does not know, never fewer. RUSSET_HAS(table, function) asks an older one.
 *
 * Version 1.0. A server loads plugins of its own major version. What a plugin cannot do without it names as features.
 */
#ifndef RUSSET_PLUGIN_H
#define RUSSET_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUSSET_ABI_MAJOR 1
#define RUSSET_ABI_MINOR 0

/* ---- Bytes ------------------------------------------------------------------------------------------------------ */

/* Bytes with their length. data is NULL where there is nothing at all, as opposed to nothing in it. */
typedef struct russet_slice {
    const void *data;
    size_t len;
} russet_slice;

/* A slice of a string literal. */
#define RUSSET_TEXT(literal) ((russet_slice){(literal), sizeof(literal) - 1})

/* ---- What is only passed around --------------------------------------------------------------------------------- */

typedef struct russet_plugin russet_plugin; /* the plugin, as the server knows it */
typedef struct russet_call russet_call;     /* a command that runs */
typedef struct russet_answer russet_answer; /* what a command has answered that the plugin ran */

/* ---- Status ----------------------------------------------------------------------------------------------------- */

typedef int32_t russet_status;

#define RUSSET_OK 0
#define RUSSET_FAILED 1   /* it did not work; the call keeps the error */
#define RUSSET_MISUSED 2  /* the plugin broke a rule of this page; the call keeps the error */
#define RUSSET_PANICKED 3 /* for a command to return: its code gave up in the middle. Enough of these, and the server
                             no longer lets the plugin run */

/* ---- The manifest ----------------------------------------------------------------------------------------------- */

#define RUSSET_MAGIC "RUSSETPL"

/* What the server must know before it runs anything. Texts end with a zero byte. */
typedef struct russet_manifest {
    char magic[8];      /* RUSSET_MAGIC */
    uint32_t size;      /* sizeof(russet_manifest) */
    uint16_t abi_major; /* RUSSET_ABI_MAJOR */
    uint16_t abi_minor; /* RUSSET_ABI_MINOR */
    uint64_t features;  /* RUSSET_FEATURE_... that it cannot do without */
    uint32_t version;   /* the plugin's own version; a later one has a greater number */
    char name[36];      /* letters, digits, '-', '_' and '.' */
    char about[192];    /* one sentence */
} russet_manifest;

/* Features: tables of the server. */
#define RUSSET_FEATURE_KEYS (UINT64_C(1) << 0)  /* russet_keys */
#define RUSSET_FEATURE_CALLS (UINT64_C(1) << 1) /* russet_calls */

/* Puts a manifest into the file. Once in a plugin, outside of any function:
 *
 *     RUSSET_PLUGIN("hello", 1, 0, "Greets.");
 */
#define RUSSET_PLUGIN(plugin_name, plugin_version, needed_features, plugin_about)                                      \
    __attribute__((section(".russet.plugin"), used, visibility("default")))                                           \
    const russet_manifest russet_plugin_manifest = {                                                                  \
        .magic = {'R', 'U', 'S', 'S', 'E', 'T', 'P', 'L'},                                                            \
        .size = sizeof(russet_manifest),                                                                              \
        .abi_major = RUSSET_ABI_MAJOR,                                                                                \
        .abi_minor = RUSSET_ABI_MINOR,                                                                                \
        .features = (needed_features),                                                                                \
        .version = (plugin_version),                                                                                  \
        .name = plugin_name,                                                                                          \
        .about = plugin_about,                                                                                        \
    }

/* ---- A command's declaration ------------------------------------------------------------------------------------ */

/* Command flags. */
#define RUSSET_WRITE (UINT64_C(1) << 0)              /* may change the dataset; what it does is journaled */
#define RUSSET_READONLY (UINT64_C(1) << 1)           /* only reads */
#define RUSSET_DENYOOM (UINT64_C(1) << 2)            /* refused when memory is over its cap */
#define RUSSET_ADMIN (UINT64_C(1) << 3)              /* administration */
#define RUSSET_PUBSUB (UINT64_C(1) << 4)             /* publish and subscribe */
#define RUSSET_NOSCRIPT (UINT64_C(1) << 5)           /* for clients only, not for scripts or other plugins */
#define RUSSET_BLOCKING (UINT64_C(1) << 6)           /* may let its client wait */
#define RUSSET_LOADING (UINT64_C(1) << 7)            /* runs while the dataset is loading */
#define RUSSET_STALE (UINT64_C(1) << 8)              /* runs on a replica with stale data */
#define RUSSET_SKIP_MONITOR (UINT64_C(1) << 9)       /* not shown to MONITOR */
#define RUSSET_SKIP_SLOWLOG (UINT64_C(1) << 10)      /* not kept in the slow log */
#define RUSSET_FAST (UINT64_C(1) << 11)              /* constant or logarithmic time */
#define RUSSET_NO_AUTH (UINT64_C(1) << 12)           /* runs before authentication */
#define RUSSET_MAY_REPLICATE (UINT64_C(1) << 13)     /* may replicate though it is not a write */
#define RUSSET_NO_MANDATORY_KEYS (UINT64_C(1) << 14) /* takes keys that may be none */
#define RUSSET_NO_MULTI (UINT64_C(1) << 15)          /* refused inside a transaction */
#define RUSSET_ALLOW_BUSY (UINT64_C(1) << 16)        /* runs while a script is busy */

/* What happens to a key that a command names. */
#define RUSSET_KEY_RO (UINT64_C(1) << 0)             /* only read */
#define RUSSET_KEY_RW (UINT64_C(1) << 1)             /* read and changed */
#define RUSSET_KEY_OW (UINT64_C(1) << 2)             /* overwritten without being read */
#define RUSSET_KEY_RM (UINT64_C(1) << 3)             /* removed */
#define RUSSET_KEY_ACCESS (UINT64_C(1) << 4)         /* the value is returned or copied */
#define RUSSET_KEY_UPDATE (UINT64_C(1) << 5)         /* the value is changed */
#define RUSSET_KEY_INSERT (UINT64_C(1) << 6)         /* data is added */
#define RUSSET_KEY_DELETE (UINT64_C(1) << 7)         /* data is removed, not necessarily the key */
#define RUSSET_KEY_NOT_KEY (UINT64_C(1) << 8)        /* not a key at all, but routed like one */
#define RUSSET_KEY_INCOMPLETE (UINT64_C(1) << 9)     /* there may be further keys that this does not find */
#define RUSSET_KEY_VARIABLE_FLAGS (UINT64_C(1) << 10) /* the flags depend on the arguments */

#define RUSSET_BEGIN_INDEX 0   /* at word `index` */
#define RUSSET_BEGIN_KEYWORD 1 /* at the word after `keyword`, looked for from word `index` on */
#define RUSSET_BEGIN_UNKNOWN 2

#define RUSSET_FIND_RANGE 0 /* every `step`-th word up to `last`, counted from the beginning, or from the end if negative */
#define RUSSET_FIND_COUNT 1 /* as many as word `last` says, from word `first` on, every `step`-th; both counted from the
                               beginning */
#define RUSSET_FIND_UNKNOWN 2

/* Where keys stand among the words of a command, the name being word 0. One key at word 1 is
 *     {.begin = RUSSET_BEGIN_INDEX, .index = 1, .find = RUSSET_FIND_RANGE, .step = 1, .flags = ...}
 */
typedef struct russet_key_spec {
    uint32_t begin;       /* RUSSET_BEGIN_... */
    uint32_t find;        /* RUSSET_FIND_... */
    russet_slice keyword; /* of RUSSET_BEGIN_KEYWORD */
    int32_t index;
    int32_t last;
    int32_t step;
    int32_t limit; /* of RUSSET_FIND_RANGE with last -1: only the first 1/limit of the remaining words; 0 is all */
    int32_t first; /* of RUSSET_FIND_COUNT */
    int32_t reserved;
    uint64_t flags; /* RUSSET_KEY_... */
} russet_key_spec;

/* What the syntax line cannot say of an argument. What is NULL is not said. */
typedef struct russet_note {
    russet_slice of;    /* the argument as the syntax line writes it */
    russet_slice name;  /* its name in COMMAND DOCS */
    russet_slice kind;  /* its type: integer, double, unix-time, pattern ... */
    russet_slice since; /* the version that added it */
} russet_note;

/* A command. Zero for whatever there is nothing to say of. */
typedef struct russet_command {
    size_t size;             /* sizeof(russet_command) */
    russet_slice name;       /* in capitals; of a subcommand both names, as in "CLIENT|LIST" */
    russet_slice summary;    /* one sentence */
    russet_slice syntax;     /* the arguments as a manual shows them: "key value [NX | XX] [EX seconds]" */
    russet_slice since;      /* the first version that had it */
    russet_slice complexity; /* "O(1)" */
    uint64_t flags;          /* RUSSET_WRITE ... */
    const russet_key_spec *keys;
    size_t key_count;
    const russet_note *notes;
    size_t note_count;
    /* Runs it. NULL for a container of subcommands. */
    russet_status (*run)(russet_call *call, void *data);
    void *data; /* passed to run */
} russet_command;

/* ---- The server's functions ------------------------------------------------------------------------------------- */

#define RUSSET_LOG_DEBUG 0
#define RUSSET_LOG_VERBOSE 1
#define RUSSET_LOG_NOTICE 2
#define RUSSET_LOG_WARNING 3

/* About the plugin itself. */
typedef struct russet_core {
    size_t size;
    /* Registers a command. During russet_plugin_load only. */
    russet_status (*register_command)(russet_plugin *plugin, const russet_command *command);
    /* Says why it does not load; russet_plugin_load then returns what this returns. */
    russet_status (*refuse)(russet_plugin *plugin, russet_slice why);
    /* Writes a line to the server's log. On any thread. */
    void (*log)(russet_plugin *plugin, uint32_t level, russet_slice line);
} russet_core;

/* What a command was sent. */
typedef struct russet_args {
    size_t size;
    /* The number of words, the command's name included. */
    size_t (*count)(const russet_call *call);
    /* A word; NULL and 0 if there is none with this index. */
    russet_slice (*get)(const russet_call *call, size_t index);
} russet_args;

/* What a command answers: one reply, which may have others in it. The server counts: a command that answers with too few
 * or too many is answered with an error that says so. All of them return a status that is not RUSSET_OK only for a
 * misused call. */
typedef struct russet_reply {
    size_t size;
    russet_status (*simple)(russet_call *call, russet_slice text); /* +text: no CR or LF */
    russet_status (*bulk)(russet_call *call, russet_slice bytes);
    russet_status (*integer)(russet_call *call, int64_t value);
    russet_status (*real)(russet_call *call, double value);
    russet_status (*boolean)(russet_call *call, int32_t value);
    russet_status (*null)(russet_call *call);
    russet_status (*null_array)(russet_call *call);
    russet_status (*verbatim)(russet_call *call, russet_slice format, russet_slice text); /* format: three letters */
    russet_status (*big_number)(russet_call *call, russet_slice digits);
    russet_status (*array)(russet_call *call, size_t count); /* `count` replies follow */
    russet_status (*map)(russet_call *call, size_t count);   /* 2 * `count` replies follow: keys and values */
    russet_status (*set)(russet_call *call, size_t count);
    russet_status (*error)(russet_call *call, russet_slice text); /* an error inside a larger reply */
    /* Answers with an error and nothing else: keeps it with the call, and returns the status to return. */
    russet_status (*fail)(russet_call *call, russet_slice text); /* "ERR what is wrong" */
    /* 2 or 3: the protocol that the client speaks. */
    uint32_t (*protocol)(const russet_call *call);
} russet_reply;

#define RUSSET_NO_EXPIRY INT64_MIN   /* the key does not expire */
#define RUSSET_KEEP_EXPIRY INT64_MAX /* the key expires when it would have */

/* Keys of the selected database. */
typedef struct russet_keys {
    size_t size;
    /* The string at a key. data is NULL if there is none. Fails if the key holds something else. */
    russet_status (*get_string)(russet_call *call, russet_slice key, russet_slice *value);
    /* Sets a key to a string, whatever it held. expire_at is Unix time in milliseconds, or one of the above. */
    russet_status (*set_string)(russet_call *call, russet_slice key, russet_slice value, int64_t expire_at);
    /* Removes a key; `removed` (may be NULL) says whether there was one. */
    russet_status (*remove)(russet_call *call, russet_slice key, int32_t *removed);
    /* Whether there is such a key. */
    russet_status (*exists)(russet_call *call, russet_slice key, int32_t *exists);
    /* The name of a value's type, as TYPE answers it; data is NULL if there is no such key. */
    russet_status (*type_name)(russet_call *call, russet_slice key, russet_slice *name);
    /* When a key expires: Unix time in milliseconds, RUSSET_NO_EXPIRY if never or if there is no such key. */
    russet_status (*get_expiry)(russet_call *call, russet_slice key, int64_t *expire_at);
    /* Sets when a key expires, if there is one. One whose time is over is removed. */
    russet_status (*set_expiry)(russet_call *call, russet_slice key, int64_t expire_at);
    /* The number of the selected database. */
    uint32_t (*database)(const russet_call *call);
    /* Unix time in milliseconds; it stands still while a command runs. */
    int64_t (*now)(const russet_call *call);
} russet_keys;

/* How a command is run by another. */
#define RUSSET_CALL_RESP2 (UINT32_C(1) << 0) /* it answers as in RESP2; otherwise as in RESP3 */

/* Kinds of answers. */
#define RUSSET_ANSWER_NULL 0
#define RUSSET_ANSWER_SIMPLE 1
#define RUSSET_ANSWER_ERROR 2
#define RUSSET_ANSWER_INTEGER 3
#define RUSSET_ANSWER_BULK 4
#define RUSSET_ANSWER_ARRAY 5
#define RUSSET_ANSWER_MAP 6
#define RUSSET_ANSWER_SET 7
#define RUSSET_ANSWER_REAL 8
#define RUSSET_ANSWER_BOOLEAN 9
#define RUSSET_ANSWER_BIG_NUMBER 10
#define RUSSET_ANSWER_VERBATIM 11

/* Running commands, and what goes into the journal (the append-only file and the replicas).
 *
 * A command that changes something is journaled as it was sent, and what it runs is not. That is right while its effect is
 * a function of its words and of the dataset. Where it is not (time, chance, the outside), the command calls
 * journal_effects first: then each command that it runs is journaled, and it itself is not. What it changes through
 * russet_keys is journaled in either case. */
typedef struct russet_calls {
    size_t size;
    /* Runs a command. The answer may be an error; it has to be released. */
    russet_status (*call)(russet_call *call, const russet_slice *words, size_t count, uint32_t flags,
                          russet_answer **answer);
    /* Journals what is done from here on instead of the command itself. */
    russet_status (*journal_effects)(russet_call *call);
    /* Parts of an answer have numbers; the answer itself is 0. */
    uint32_t (*kind)(const russet_answer *answer, size_t part);
    /* Its text: of an error code and message, of a number its digits. */
    russet_slice (*bytes)(const russet_answer *answer, size_t part);
    int64_t (*integer)(const russet_answer *answer, size_t part);
    double (*real)(const russet_answer *answer, size_t part);
    /* The number of its children: of a map the keys and the values. */
    size_t (*count)(const russet_answer *answer, size_t part);
    /* The number of a child; 0 if there is none. */
    size_t (*child)(const russet_answer *answer, size_t part, size_t index);
    void (*release)(russet_answer *answer);
} russet_calls;

/* All of it. It stays where it is while the plugin is loaded. */
typedef struct russet_host {
    size_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t reserved;
    uint64_t features; /* what this server has */
    const russet_core *core;
    const russet_args *args;
    const russet_reply *reply;
    const russet_keys *keys;
    const russet_calls *calls;
} russet_host;

/* Whether a table of the server is long enough to have this function. */
#define RUSSET_HAS(table, function)                                                                                    \
    ((table)->size >= (size_t)((const char *)(&(table)->function + 1) - (const char *)(table)))

/* ---- What a plugin defines -------------------------------------------------------------------------------------- */

russet_status russet_plugin_load(const russet_host *host, russet_plugin *plugin, const russet_slice *args,
                                 size_t arg_count);

/* May be left out. */
void russet_plugin_unload(russet_plugin *plugin);

#ifdef __cplusplus
}
#endif

#endif

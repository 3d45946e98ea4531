-- The sandbox: what scripts see as their globals.
--
-- Scripts of all clients share one interpreter, so none may change what another one sees. Plain Lua 5.1 has no tables that
-- cannot be written, but an assignment to a field that a table lacks asks its metatable. So every shared table is hidden behind
-- an empty one that finds its fields in the hidden one and refuses assignments. The few functions of the library that look past
-- metatables are told of these tables: nothing hands out a hidden one, and nothing writes into an empty one.
--
-- `native` holds what is written in Rust, `kind` says what the interpreter is for. Returns what the Rust side calls.

local native, kind = ...

local real = _G
local type, error, tostring, select = type, error, tostring, select
local setmetatable, getmetatable = setmetatable, getmetatable
local next, pairs, rawget, rawset = next, pairs, rawget, rawset
local pcall, xpcall, insert = pcall, xpcall, table.insert
local match = string.match

local READONLY = 'Attempt to modify a readonly table'

-- From what stands for a shared table to the table itself.
local hidden = {}
-- From what stands for a shared table to what its metatable is said to be.
local shown = {}

local function refuse_write()
    error(READONLY, 2)
end

local function protect(table)
    local face = {}
    hidden[face] = table
    return setmetatable(face, { __index = table, __newindex = refuse_write })
end

-- A wrong argument is told as the function itself would, at the place of its caller.
local function expect_table(name, value)
    if type(value) ~= 'table' then
        local got = value == nil and 'no value' or type(value)
        error("bad argument #1 to '" .. name .. "' (table expected, got " .. got .. ')', 3)
    end
end

local globals = {}

for _, name in ipairs {
    'tostring', 'assert', 'tonumber', 'rawequal', 'collectgarbage', 'type', 'select', 'gcinfo', 'error',
    'ipairs', '_VERSION',
} do
    globals[name] = real[name]
end

globals.getmetatable = function(value)
    if hidden[value] then return shown[value] end
    return (getmetatable(value))
end

globals.setmetatable = function(table, meta)
    expect_table('setmetatable', table)
    if hidden[table] then error(READONLY, 0) end
    if meta ~= nil and type(meta) ~= 'table' then
        error("bad argument #2 to 'setmetatable' (nil or table expected)", 2)
    end
    if getmetatable(table) ~= nil and not pcall(setmetatable, table, meta) then
        error('cannot change a protected metatable', 2)
    end
    return setmetatable(table, meta)
end

globals.next = function(table, key)
    expect_table('next', table)
    return next(hidden[table] or table, key)
end

globals.pairs = function(table)
    expect_table('pairs', table)
    local inner = hidden[table]
    if inner then
        return function(_, key) return next(inner, key) end, table, nil
    end
    return next, table, nil
end

globals.rawget = function(table, key)
    expect_table('rawget', table)
    return rawget(hidden[table] or table, key)
end

globals.rawset = function(table, key, value)
    expect_table('rawset', table)
    if hidden[table] then error(READONLY, 0) end
    return rawset(table, key, value)
end

-- Lua's own counts with C's integers how many there are, and takes an overflow for few.
local unpack = unpack
local MOST_RESULTS = 8000

globals.unpack = function(table, first, last)
    expect_table('unpack', table)
    if first == nil and last == nil then return unpack(table) end
    local from, to = tonumber(first or 1), tonumber(last or #table)
    if from and to and not (to - from < MOST_RESULTS) then error('too many results to unpack', 2) end
    return unpack(table, first, last)
end

-- Code comes as text: what is compiled already could break the interpreter.
local loadstring, load = loadstring, load

local function refuse_code(text)
    return type(text) == 'string' and text:byte(1) == 27
end

-- The name of a source must be some string of Lua's as long as it is compiled; C would make one of what stands before a zero
-- byte, and Lua's collector might take that for garbage.
local function source_name(name, otherwise)
    if name == nil then name = otherwise end
    return type(name) == 'string' and match(name, '^[^%z]*') or name
end

globals.loadstring = function(text, name)
    if refuse_code(text) then return nil, 'attempt to load a binary chunk' end
    return loadstring(text, source_name(name, text))
end

globals.load = function(reader, name)
    if type(reader) ~= 'function' then
        local got = reader == nil and 'no value' or type(reader)
        error("bad argument #1 to 'load' (function expected, got " .. got .. ')', 2)
    end
    local first = true
    local function checked()
        local piece = reader()
        if first and piece ~= nil and piece ~= '' then
            first = false
            if refuse_code(piece) then error('attempt to load a binary chunk', 0) end
        end
        return piece
    end
    return load(checked, source_name(name, '=(load)'))
end

-- What is raised by what is written in Rust is no value of Lua until it is caught.
local describe = native.describe

-- An error that a command has answered is a table. Those who catch it get its text, as before Redis 7.
local function caught(ok, err, ...)
    if ok then return ok, err, ... end
    if type(err) == 'userdata' then err = describe(err) end
    if type(err) == 'table' then
        local text = err.err
        if type(text) == 'string' or type(text) == 'number' then return false, text end
    end
    return false, err
end

globals.pcall = function(...)
    if select('#', ...) == 0 then error("bad argument #1 to 'pcall' (value expected)", 2) end
    return caught(pcall(...))
end

globals.xpcall = function(callback, handler)
    if type(handler) ~= 'function' then return xpcall(callback, handler) end
    return xpcall(callback, function(err)
        if type(err) == 'userdata' then err = describe(err) end
        return handler(err)
    end)
end

local resume = coroutine.resume

local function resumed(ok, err, ...)
    if not ok and type(err) == 'userdata' then return false, describe(err) end
    return ok, err, ...
end

coroutine.resume = function(...)
    return resumed(resume(...))
end

local api = native.api
for name, value in pairs(native.constants) do
    api[name] = value
end

if kind == 'scripts' then
    api.replicate_commands = function() return true end
    -- There is no debugger.
    api.breakpoint = function() return false end
    api.debug = function() end
end

-- Matching goes a step deeper in C for each repetition that a pattern holds, and nothing counts the steps. Patterns with more
-- of them than this are refused, as by later releases of Lua. What calls the function itself is a tail call, which costs the place
-- in the error of a malformed pattern; a place of this file would be worse.
local MOST_REPETITIONS = 4000

local function expect_text(name, place, given, value)
    if type(value) ~= 'string' and type(value) ~= 'number' then
        local got = given < place and 'no value' or type(value)
        error('bad argument #' .. place .. " to '" .. name .. "' (string expected, got " .. got .. ')', 3)
    end
end

local gsub = string.gsub

local function is_too_complex(pattern)
    return select(2, gsub(pattern, '[%*%+%?%-]', '')) > MOST_REPETITIONS
end

for _, name in ipairs { 'find', 'match', 'gmatch', 'gsub' } do
    local search = string[name]
    string[name] = function(...)
        local text, pattern = ...
        if type(text) ~= 'string' or type(pattern) ~= 'string' then
            expect_text(name, 1, select('#', ...), text)
            expect_text(name, 2, select('#', ...), pattern)
        elseif #pattern > MOST_REPETITIONS and is_too_complex(pattern) then
            local plain = name == 'find' and select(4, ...)
            if not plain then error('pattern too complex', 2) end
        end
        return search(...)
    end
end

local random = native.random

local function expect_number(name, place, value)
    local number = tonumber(value)
    if number == nil or type(value) == 'boolean' then
        local got = value == nil and 'no value' or type(value)
        error('bad argument #' .. place .. " to '" .. name .. "' (number expected, got " .. got .. ')', 3)
    end
    return number
end

local floor, ceil = math.floor, math.ceil

-- As C makes an integer of a number.
local function to_int(number)
    return number < 0 and ceil(number) or floor(number)
end

math.random = function(...)
    local count = select('#', ...)
    if count == 0 then return random() end
    local low, high = ...
    if count == 1 then
        low, high = 1, to_int(expect_number('random', 1, low))
        if high < 1 then error("bad argument #1 to 'random' (interval is empty)", 2) end
    elseif count == 2 then
        low, high = to_int(expect_number('random', 1, low)), to_int(expect_number('random', 2, high))
        if low > high then error("bad argument #2 to 'random' (interval is empty)", 2) end
    else
        error('wrong number of arguments', 2)
    end
    return floor(random() * (high - low + 1)) + low
end

math.randomseed = function(seed)
    native.randomseed(to_int(expect_number('randomseed', 1, seed)))
end

table.insert = function(table, ...)
    expect_table('insert', table)
    if hidden[table] then error(READONLY, 0) end
    local count = select('#', ...)
    if count == 1 then
        table[#table + 1] = (...)
    elseif count == 2 then
        local place, value = ...
        insert(table, expect_number('insert', 2, place), value)
    else
        error("wrong number of arguments to 'insert'", 2)
    end
end

-- Arguments of what these look past metatables for are never shared tables with elements: they are empty, and stay so.

for _, name in ipairs { 'string', 'table', 'math', 'coroutine', 'cjson', 'cmsgpack', 'bit', 'struct' } do
    if type(real[name]) == 'table' then globals[name] = protect(real[name]) end
end
globals.os = protect { clock = os.clock }
globals.redis = protect(api)
globals.server = globals.redis

-- Strings have a metatable of their own, which scripts can ask for.
local string_meta = getmetatable('')
string_meta.__metatable = protect { __index = globals.string }
string_meta.__index = real.string

local function missing(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
end

setmetatable(globals, { __index = missing })
local face = protect(globals)
shown[face] = protect { __index = missing }
globals._G = face

local position = native.position

-- Makes of whatever was raised a table that says what it was and where.
local function explain(err)
    if type(err) == 'userdata' then err = describe(err) end
    if type(err) ~= 'table' or hidden[err] then err = { err = 'ERR ' .. tostring(err) } end
    local source, line = position()
    if source then
        rawset(err, 'source', source)
        rawset(err, 'line', line)
    end
    return err
end

local function run(script)
    return xpcall(script, explain)
end

local function run_with(callback, keys, args)
    return xpcall(function() return callback(keys, args) end, explain)
end

return { globals = globals, face = face, api = api, run = run, run_with = run_with, protect = protect }

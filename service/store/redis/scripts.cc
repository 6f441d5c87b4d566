// Lua, version 5.1, as Redis 6.2 and newer run it.
#include "service/store/redis/scripts.h"

namespace cofilter::service::redis {
namespace {

// KEYS meta. ARGV: this program's layout, a store id to take where there is none, the store id that
// was seen before ("" for none). Gives the store id.
constexpr char kOpenStore[] = R"lua(
local layout = redis.call('HGET', KEYS[1], 'layout')
if not layout then
  if ARGV[3] ~= '' then
    return redis.error_reply('COFILTER_NEWER the data are gone from Redis; put them back, or start the server anew')
  end
  redis.call('HSET', KEYS[1], 'layout', ARGV[1], 'store', ARGV[2])
  return ARGV[2]
end
if tonumber(layout) ~= tonumber(ARGV[1]) then
  return redis.error_reply('COFILTER_NEWER the data in Redis have layout ' .. layout .. '; this program knows ' ..
    ARGV[1] .. ': use the program that wrote them, or a newer one')
end
local store = redis.call('HGET', KEYS[1], 'store')
if ARGV[3] ~= '' and ARGV[3] ~= store then
  return redis.error_reply('COFILTER_NEWER the data in Redis were replaced by those of another store; start the server anew')
end
return store
)lua";

// Appends a batch to the log, each event once. KEYS meta, members, item_ids, items, log, pending,
// guard. The guard never exists: so Redis refuses the script (TRYAGAIN) while the slot moves to
// another node, when the buckets of event ids, which are too many to be named, may be here or
// there. ARGV: prefix of the event-id buckets, most events in the log, writer, then for each event:
// bucket, id digest, content digest, member id, item id or '', bytes of the log's entry. Gives: the
// first stretch of the log of others that is not settled (0: none), the stretch of this batch
// ('' for no new event), and for each event sequence i64, member key i64, item key u32, outcome u8:
// 0 recorded, 1 duplicate, 2 conflict, + 8: the catalogue does not hold the item.
constexpr char kLogEvents[] = R"lua(
local meta, members, item_ids, items, log, pending = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local count = (#ARGV - 3) / 6
local last = redis.call('HMGET', meta, 'event', 'member', 'item')
local sequence, member, item = tonumber(last[1] or 0), tonumber(last[2] or 0), tonumber(last[3] or 0)
redis.call('ZCARD', members)
redis.call('ZCARD', item_ids)
redis.call('HLEN', items)
local length = redis.call('XLEN', log)

local first, unsettled = sequence + 1, 0
for _, stretch in ipairs(redis.call('ZRANGE', pending, 0, -1)) do
  local from, writer = string.match(stretch, '^(%d+)%-%d+%-(.*)$')
  from = tonumber(from)
  if from and writer ~= ARGV[3] and (unsettled == 0 or from < unsettled) then unsettled = from end
end

local seen, sequences, outcomes = {}, {}, {}
for i = 1, count do
  local at = 3 + (i - 1) * 6
  local bucket = ARGV[1] .. ARGV[at + 1]
  local id = ARGV[at + 1] .. ARGV[at + 2]
  local known = seen[id] or redis.call('HGET', bucket, ARGV[at + 2])
  if not known then
    sequence = sequence + 1
    sequences[i], outcomes[i] = sequence, 0
    seen[id] = ARGV[at + 3] .. struct.pack('<i8', sequence)
  elseif #known ~= 16 then
    return redis.error_reply('COFILTER_DAMAGED ' .. bucket .. ' holds a damaged event id')
  else
    sequences[i] = struct.unpack('<i8', known, 9)
    outcomes[i] = string.sub(known, 1, 8) == ARGV[at + 3] and 1 or 2
  end
end
local new = sequence - first + 1
if new > 0 and length + new > tonumber(ARGV[2]) then
  return redis.error_reply('COFILTER_FULL the log holds ' .. length .. ' events, at most ' .. ARGV[2] ..
    ' may wait there: export and trim it')
end

local member_keys, item_keys, in_catalogue, parts = {}, {}, {}, {}
for i = 1, count do
  local at = 3 + (i - 1) * 6
  local member_id, item_id, outcome = ARGV[at + 4], ARGV[at + 5], outcomes[i]
  local member_key = member_keys[member_id] or tonumber(redis.call('ZSCORE', members, member_id) or nil)
  if not member_key and outcome == 0 then
    member = member + 1
    member_key = member
    redis.call('ZADD', members, member_key, member_id)
  end
  member_keys[member_id] = member_key
  local item_key = 0
  if item_id ~= '' then
    item_key = item_keys[item_id] or tonumber(redis.call('ZSCORE', item_ids, item_id) or nil)
    if not item_key and outcome == 0 then
      item = item + 1
      item_key = item
      redis.call('ZADD', item_ids, item_key, item_id)
    end
    item_keys[item_id] = item_key
    if in_catalogue[item_id] == nil then
      in_catalogue[item_id] = item_key and redis.call('HEXISTS', items, item_key) == 1 or false
    end
  end
  if outcome == 0 then
    redis.call('HSET', ARGV[1] .. ARGV[at + 1], ARGV[at + 2], ARGV[at + 3] .. struct.pack('<i8', sequences[i]))
    redis.call('XADD', log, sequences[i] .. '-0', 'e', ARGV[at + 6])
  end
  local flags = outcome
  if item_id ~= '' and not in_catalogue[item_id] then flags = flags + 8 end
  parts[i] = struct.pack('<i8i8I4B', sequences[i], member_key or 0, item_key or 0, flags)
end
local stretch = ''
if new > 0 then
  stretch = first .. '-' .. sequence .. '-' .. ARGV[3]
  redis.call('HSET', meta, 'event', sequence, 'member', member, 'item', item)
  redis.call('ZADD', pending, redis.call('TIME')[1], stretch)
end
return {unsettled, stretch, table.concat(parts)}
)lua";

// Brings a member's state up to events of the log; an event that is there already changes nothing.
// KEYS record, pairs, events. ARGV: member key, then for each event: event id, item key,
// verb, occurred_at in microseconds, progress or '', id of the retracted event or ''. Gives for
// each event an i64: the key of the item whose pair it moved, −1 for none. A pair is verbs u32,
// progress f32, first_at i64, last_at i64. An event is item u32, verb u8, flags u8 (1: retracted,
// 2: moved a pair), occurred_at i64, progress f64; with flag 2 a retraction's item is that of the
// event it took back. Verb 0: an event that was retracted and has not come yet.
constexpr char kApplyEvents[] = R"lua(
local record, pairs_key, events = KEYS[1], KEYS[2], KEYS[3]
local known = redis.call('HEXISTS', record, 'k')
redis.call('HLEN', pairs_key)
redis.call('HLEN', events)
local count = (#ARGV - 1) / 6
if known == 0 then redis.call('HSET', record, 'k', ARGV[1]) end

local function add(pair, verb, at, progress)
  if not pair then return {bit.lshift(1, verb), progress, at, at} end
  return {bit.bor(pair[1], bit.lshift(1, verb)), math.max(pair[2], progress), math.min(pair[3], at), math.max(pair[4], at)}
end
local function write(item, pair)
  if item == 0 then return end
  if pair then
    redis.call('HSET', pairs_key, item, struct.pack('<I4fi8i8', pair[1], pair[2], pair[3], pair[4]))
  else
    redis.call('HDEL', pairs_key, item)
  end
end
-- All that is left of the pair, from its events.
local function recompute(item)
  local pair = nil
  local all = redis.call('HVALS', events)
  for _, bytes in ipairs(all) do
    local of, verb, flags, at, progress = struct.unpack('<I4BBi8d', bytes)
    if of == item and verb ~= 0 and verb ~= 15 and flags % 2 == 0 then pair = add(pair, verb, at, progress) end
  end
  write(item, pair)
end

local moved = {}
for i = 1, count do
  local at = 1 + (i - 1) * 6
  local id, item, verb = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local occurred, progress = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]) or 0
  local target = ARGV[at + 6]
  local result = -1
  local before = redis.call('HGET', events, id)
  local of, was, had = 0, 0, 0
  if before then of, was, had = struct.unpack('<I4BB', before) end
  if was ~= 0 then
    if had >= 2 then result = of end
  elseif verb == 15 then
    local bytes = redis.call('HGET', events, target)
    if target == id then
      -- Nothing: a retraction cannot be taken back.
    elseif not bytes then
      redis.call('HSET', events, target, struct.pack('<I4BBi8d', 0, 0, 0, 0, 0))
    else
      local target_item, target_verb, flags, target_at, target_progress = struct.unpack('<I4BBi8d', bytes)
      if target_verb ~= 0 and target_verb ~= 15 and flags % 2 == 0 then
        redis.call('HSET', events, target,
          struct.pack('<I4BBi8d', target_item, target_verb, flags + 1, target_at, target_progress))
        recompute(target_item)
        result = target_item
      end
    end
    redis.call('HSET', events, id, struct.pack('<I4BBi8d', result < 0 and item or result, verb, result < 0 and 0 or 2, occurred, progress))
  else
    local flags = before and 1 or 2
    if flags == 2 then
      result = item
      if item ~= 0 then
        local bytes = redis.call('HGET', pairs_key, item)
        if bytes and #bytes ~= 24 then
          return redis.error_reply('COFILTER_DAMAGED ' .. pairs_key .. ' holds damaged bytes for item ' .. item)
        end
        write(item, add(bytes and {struct.unpack('<I4fi8i8', bytes)}, verb, occurred, progress))
      end
    end
    redis.call('HSET', events, id, struct.pack('<I4BBi8d', item, verb, flags, occurred, progress))
  end
  moved[i] = struct.pack('<i8', result)
end
return table.concat(moved)
)lua";

// The members' state holds these stretches of the log now. KEYS pending. ARGV: stretches, not more
// than some hundred.
constexpr char kSettleEvents[] = R"lua(
return redis.call('ZREM', KEYS[1], unpack(ARGV))
)lua";

// Gives ids their keys. KEYS meta, members, item_ids. ARGV: number of member ids, these, item ids.
// Gives the keys in the order of the ids.
constexpr char kIntern[] = R"lua(
local last = redis.call('HMGET', KEYS[1], 'member', 'item')
local counts = {tonumber(last[1] or 0), tonumber(last[2] or 0)}
local members = tonumber(ARGV[1])
local keys = {}
redis.call('ZCARD', KEYS[2])
redis.call('ZCARD', KEYS[3])
for i = 2, #ARGV do
  local kind = i - 1 <= members and 1 or 2
  local key = tonumber(redis.call('ZSCORE', KEYS[kind + 1], ARGV[i]) or nil)
  if not key then
    key = counts[kind] + 1
    counts[kind] = key
    redis.call('ZADD', KEYS[kind + 1], key, ARGV[i])
  end
  keys[i - 1] = key
end
redis.call('HSET', KEYS[1], 'member', counts[1], 'item', counts[2])
return keys
)lua";

// Inserts or replaces items, all or none. KEYS meta, item_ids, items, item_order, feed, feed_times.
// ARGV: now, then for each item: id, expected revision or 0, body. Gives key and revision of each.
constexpr char kUpsertItems[] = R"lua(
local meta, item_ids, items, order, feed, times = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local last = redis.call('HMGET', meta, 'item', 'change')
local item, change = tonumber(last[1] or 0), tonumber(last[2] or 0)
local count = (#ARGV - 1) / 3
redis.call('ZCARD', feed)
redis.call('HLEN', times)
redis.call('HLEN', items)
redis.call('ZCARD', order)
local seen = {}
for i = 1, count do
  local at = 1 + (i - 1) * 3
  local id, expected = ARGV[at + 1], tonumber(ARGV[at + 2])
  local key = redis.call('ZSCORE', item_ids, id)
  local stored = key and tonumber(redis.call('ZSCORE', order, key) or nil) or 0
  if expected ~= 0 and (expected ~= stored or seen[id]) then
    return redis.error_reply('COFILTER_ABORTED item ' .. id .. ' has changed since: revision is ' .. string.format('%.0f', stored) ..
      ', not ' .. ARGV[at + 2] .. '; read it again')
  end
  seen[id] = true
end
local result = {}
for i = 1, count do
  local at = 1 + (i - 1) * 3
  local id = ARGV[at + 1]
  local key = tonumber(redis.call('ZSCORE', item_ids, id) or nil)
  if not key then
    item = item + 1
    key = item
    redis.call('ZADD', item_ids, key, id)
  end
  change = change + 1
  redis.call('ZADD', feed, change, '1' .. id)
  redis.call('HSET', times, '1' .. id, ARGV[1])
  redis.call('HSET', items, key, struct.pack('<i8', change) .. ARGV[at + 3])
  redis.call('ZADD', order, change, key)
  result[#result + 1] = key
  result[#result + 1] = change
end
redis.call('HSET', meta, 'item', item, 'change', change)
return result
)lua";

// A page of the catalogue by item key. KEYS item_ids, items. ARGV: after, limit. Gives the last key
// looked at, then id, key, bytes of each item.
constexpr char kReadItems[] = R"lua(
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local result = {ids[#ids] or ''}
for i = 1, #ids, 2 do
  local bytes = redis.call('HGET', KEYS[2], ids[i + 1])
  if bytes then
    result[#result + 1] = ids[i]
    result[#result + 1] = ids[i + 1]
    result[#result + 1] = bytes
  end
end
return result
)lua";

// Items by revision. KEYS item_ids, items, item_order. ARGV: after, limit. Gives id, key, bytes of
// each.
constexpr char kChangedItems[] = R"lua(
local keys = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])
local result = {}
for _, key in ipairs(keys) do
  local ids = redis.call('ZRANGEBYSCORE', KEYS[1], key, key)
  result[#result + 1] = ids[1] or ''
  result[#result + 1] = key
  result[#result + 1] = redis.call('HGET', KEYS[2], key) or ''
end
return result
)lua";

// KEYS meta, feed, feed_times. ARGV: now, then what changed: its kind's digit and its id. Gives the
// last sequence.
constexpr char kAddChanges[] = R"lua(
local change = tonumber(redis.call('HGET', KEYS[1], 'change') or 0)
redis.call('HLEN', KEYS[3])
redis.call('ZCARD', KEYS[2])
for i = 2, #ARGV do
  change = change + 1
  redis.call('ZADD', KEYS[2], change, ARGV[i])
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[1])
end
redis.call('HSET', KEYS[1], 'change', change)
return change
)lua";

// KEYS feed, feed_times. ARGV: after, limit. Gives what changed, sequence, time of each.
constexpr char kReadChanges[] = R"lua(
local changes = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local result = {}
for i = 1, #changes, 2 do
  result[#result + 1] = changes[i]
  result[#result + 1] = changes[i + 1]
  result[#result + 1] = redis.call('HGET', KEYS[2], changes[i]) or 0
end
return result
)lua";

// KEYS record. ARGV: member key, etag or '', bytes. Gives the new etag.
constexpr char kSetPreferences[] = R"lua(
local etag = redis.call('HGET', KEYS[1], 'f') or '0'
if ARGV[2] ~= '' and ARGV[2] ~= etag then
  return redis.error_reply('COFILTER_ABORTED etag is ' .. etag .. ', not ' .. ARGV[2] .. '; read them again')
end
redis.call('HSET', KEYS[1], 'k', ARGV[1], 'q', ARGV[3], 'f', string.format('%.0f', tonumber(etag) + 1))
return redis.call('HGET', KEYS[1], 'f')
)lua";

// KEYS meta, pointers, feed, feed_times. ARGV: now, expected revision, version as 8 bytes and in
// digits, the rest. A pointer is revision i64, version u64, previous version u64, rest. Gives its
// bytes.
constexpr char kSetPointer[] = R"lua(
local stored, previous, subject = 0, string.rep('\0', 8), nil
redis.call('ZCARD', KEYS[3])
redis.call('HLEN', KEYS[4])
local newest = redis.call('LINDEX', KEYS[2], -1)
if newest then
  if #newest < 24 then return redis.error_reply('COFILTER_DAMAGED ' .. KEYS[2] .. ' holds a damaged pointer') end
  local version
  stored, version = struct.unpack('<i8I8', newest)
  previous = string.sub(newest, 9, 16)
  subject = '3models/' .. string.format('%.0f', version)
end
if stored ~= tonumber(ARGV[2]) then
  return redis.error_reply('COFILTER_ABORTED the model pointer has changed since: revision is ' .. stored .. ', not ' .. ARGV[2] .. '; read it again')
end
local change = redis.call('HINCRBY', KEYS[1], 'change', 1)
if subject then
  redis.call('ZREM', KEYS[3], subject)
  redis.call('HDEL', KEYS[4], subject)
end
redis.call('ZADD', KEYS[3], change, '3models/' .. ARGV[4])
redis.call('HSET', KEYS[4], '3models/' .. ARGV[4], ARGV[1])
local bytes = struct.pack('<i8', change) .. ARGV[3] .. previous .. ARGV[5]
redis.call('RPUSH', KEYS[2], bytes)
return bytes
)lua";

// KEYS meta, rules, feed, feed_times. ARGV: now, rule id, expected revision, body. Gives the
// revision.
constexpr char kPutRule[] = R"lua(
local stored = 0
redis.call('ZCARD', KEYS[3])
redis.call('HLEN', KEYS[4])
local bytes = redis.call('HGET', KEYS[2], ARGV[2])
if bytes then
  if #bytes < 8 then return redis.error_reply('COFILTER_DAMAGED ' .. KEYS[2] .. ' holds a damaged rule') end
  stored = struct.unpack('<i8', bytes)
end
if stored ~= tonumber(ARGV[3]) then
  return redis.error_reply('COFILTER_ABORTED rule ' .. ARGV[2] .. ' has changed since: revision is ' .. stored .. ', not ' .. ARGV[3] .. '; read it again')
end
local change = redis.call('HINCRBY', KEYS[1], 'change', 1)
redis.call('ZADD', KEYS[3], change, '2' .. ARGV[2])
redis.call('HSET', KEYS[4], '2' .. ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[2], struct.pack('<i8', change) .. ARGV[4])
return change
)lua";

// KEYS meta, audit. ARGV: bytes. Gives the sequence.
constexpr char kAppendAudit[] = R"lua(
redis.call('XLEN', KEYS[2])
local sequence = redis.call('HINCRBY', KEYS[1], 'audit', 1)
redis.call('XADD', KEYS[2], sequence .. '-0', 'e', ARGV[1])
return sequence
)lua";

// KEYS meta, imports, import_order. ARGV: import id, bytes. An import that is there keeps its
// number. Gives the number.
constexpr char kPutImport[] = R"lua(
redis.call('ZCARD', KEYS[3])
local sequence
local bytes = redis.call('HGET', KEYS[2], ARGV[1])
if bytes then
  if #bytes < 8 then return redis.error_reply('COFILTER_DAMAGED ' .. KEYS[2] .. ' holds a damaged import') end
  sequence = struct.unpack('<i8', bytes)
else
  sequence = redis.call('HINCRBY', KEYS[1], 'import', 1)
end
redis.call('HSET', KEYS[2], ARGV[1], struct.pack('<i8', sequence) .. ARGV[2])
redis.call('ZADD', KEYS[3], sequence, ARGV[1])
return sequence
)lua";

// The newest imports below a number. KEYS imports, import_order. ARGV: the number, how many at
// most. Gives id and bytes of each.
constexpr char kReadImports[] = R"lua(
local answer = {}
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '-inf', 'LIMIT', 0, ARGV[2])) do
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('HGET', KEYS[1], id) or ''
end
return answer
)lua";

// Keeps an answer unless one of the last day is there. KEYS answer. ARGV: oldest time that counts,
// time and bytes of the answer (time i64 first), milliseconds to keep it.
constexpr char kRememberAnswer[] = R"lua(
local stored = redis.call('GET', KEYS[1])
if stored and #stored >= 8 and struct.unpack('<i8', stored) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
)lua";

}  // namespace

const Scripts& Scripts::Get() {
  static const Scripts scripts = {
      .open_store = MakeScript(kOpenStore),
      .log_events = MakeScript(kLogEvents),
      .apply_events = MakeScript(kApplyEvents),
      .settle_events = MakeScript(kSettleEvents),
      .intern = MakeScript(kIntern),
      .upsert_items = MakeScript(kUpsertItems),
      .read_items = MakeScript(kReadItems),
      .changed_items = MakeScript(kChangedItems),
      .add_changes = MakeScript(kAddChanges),
      .read_changes = MakeScript(kReadChanges),
      .set_preferences = MakeScript(kSetPreferences),
      .set_pointer = MakeScript(kSetPointer),
      .put_rule = MakeScript(kPutRule),
      .append_audit = MakeScript(kAppendAudit),
      .put_import = MakeScript(kPutImport),
      .read_imports = MakeScript(kReadImports),
      .remember_answer = MakeScript(kRememberAnswer),
  };
  return scripts;
}

}  // namespace cofilter::service::redis

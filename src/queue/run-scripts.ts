import { RedisScript } from './redis-script.ts';

// Every script gets its keys and its first two arguments from `RunStore.#runScript`.
const COMMON = `
local WAITING, RUNNING, LEASE, INDEX, OPEN, FINISHED, SEQUENCE, GENERATION = unpack(KEYS)
local BASE, NEWS = ARGV[1], ARGV[2]

local function leasedTo()
  local lease = redis.call('GET', LEASE)
  return lease and string.match(lease, '^%S+'), lease
end

local function enlist(id)
  redis.call('SADD', OPEN, id)
  redis.call('ZADD', INDEX, redis.call('INCR', SEQUENCE), id)
end

local function stopWaiting(id)
  local mode = redis.call('HGET', BASE .. id, 'mode')
  if mode and redis.call('HGET', WAITING, mode) == id then redis.call('HDEL', WAITING, mode) end
end

local function leave(id)
  if leasedTo() == id then redis.call('DEL', LEASE) end
  if redis.call('GET', RUNNING) == id then redis.call('DEL', RUNNING) end
end

-- Puts a record back that somebody deleted (FLUSHALL) while its run was in progress.
local function restore(id, from)
  redis.call('HSET', BASE .. id, unpack(ARGV, from))
  enlist(id)
end
`;

function script(body: string): RedisScript {
  return new RedisScript(COMMON + body);
}

/**
 * id, startAfterNow (1 or 0), mode, trigger, requestedAt, usedMs, mapping, maxOpen, fields… -> { id of the run, 'new' |
 * 'joined' | 'repeated' | 'full' }. A run with a mapping (not '') joins none and is joined by none; of these only a few may wait.
 * A ninth key is an idempotency key: see RunQueue.requestOnce. The fields are those of `orderFields`. Joining a waiting run
 * adds fields to it, so two replicas that join at once lose nothing. The order of the writes matters when Redis refuses
 * one of them: `OPEN` comes first, so that maintenance knows the run, and the idempotency key last.
 */
export const REQUEST = script(`
local id, afterNow, mode, trigger, requestedAt = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local usedMs, mapping, maxOpen, firstField, once = ARGV[8], ARGV[9], tonumber(ARGV[10]), 11, KEYS[9]
if once and redis.call('EXISTS', once) == 1 then return { id, 'repeated' } end
local function answer(run, how)
  if once then redis.call('SET', once, run, 'PX', usedMs) end
  return { run, how }
end
local own = mapping ~= ''
if own and redis.call('SCARD', OPEN) >= maxOpen then return { id, 'full' } end
local running = redis.call('GET', RUNNING)
if running and afterNow == '0' and not own then
  local run = BASE .. running
  local known = redis.call('HMGET', run, 'state', 'mode', 'cancel', 'all')
  local covers = known[1] == 'running' and known[2] == mode and not known[3]
  covers = covers and redis.call('HEXISTS', run, 'mapping') == 0
  for i = firstField, #ARGV do
    local byAll = known[4] and string.sub(ARGV[i], 1, 5) == 'kind:'
    covers = covers and (byAll or redis.call('HEXISTS', run, ARGV[i]) == 1)
  end
  if covers then return answer(running, 'joined') end
end
local waiting = not own and redis.call('HGET', WAITING, mode)
local known = waiting and redis.call('HGET', BASE .. waiting, 'state') == 'queued'
local target = known and waiting or id
if not known then enlist(id) end
for i = firstField, #ARGV do redis.call('HSET', BASE .. target, ARGV[i], '1') end
if known then return answer(waiting, 'joined') end
redis.call('HSET', BASE .. id, 'state', 'queued', 'mode', mode, 'trigger', trigger, 'requestedAt', requestedAt)
if own then redis.call('HSET', BASE .. id, 'mapping', mapping) else redis.call('HSET', WAITING, mode, id) end
return answer(id, 'new')
`);

/**
 * id, token, leaseMs, startedAt -> 'begun' | 'over' (finished, or no record any more) | 'busy' (another run has, or may
 * have, the lease) | 'cancelled' (while no worker executed it). If the same run has a lease, it is taken over: BullMQ gives
 * a run to a second worker only when the first is gone.
 */
export const BEGIN = script(`
local id, token, leaseMs, startedAt = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local run = BASE .. id
local state = redis.call('HGET', run, 'state')
if not state or state == 'finished' then return 'over' end
if redis.call('HEXISTS', run, 'cancel') == 1 then return 'cancelled' end
local other = leasedTo()
if other and other ~= id then return 'busy' end
-- Redis has lost its data: wait until a worker with a run in progress has renewed its lease (see QueueMaintenance).
if redis.call('EXISTS', GENERATION) == 0 then return 'busy' end
redis.call('SET', LEASE, id .. ' ' .. token, 'PX', leaseMs)
redis.call('SET', RUNNING, id)
stopWaiting(id)
for _, field in ipairs(redis.call('HKEYS', run)) do
  if string.sub(field, 1, 9) == 'progress:' or field == 'times' then redis.call('HDEL', run, field) end
end
redis.call('HSET', run, 'state', 'running', 'startedAt', startedAt)
return 'begun'
`);

/**
 * id, token, leaseMs, record… -> 'mine' | 'cancelled' | 'lost' (another worker has the run, or it was ended as lost).
 * Renews the lease, and writes the record again if Redis has lost it.
 */
export const RENEW_LEASE = script(`
local id, token, leaseMs = ARGV[3], ARGV[4], ARGV[5]
local mine = id .. ' ' .. token
local _, lease = leasedTo()
if lease and lease ~= mine then return 'lost' end
local state = redis.call('HGET', BASE .. id, 'state')
if not state then
  restore(id, 6)
elseif state ~= 'running' then
  return 'lost'
end
redis.call('SET', LEASE, mine, 'PX', leaseMs)
redis.call('SET', RUNNING, id)
if redis.call('HEXISTS', BASE .. id, 'cancel') == 1 then return 'cancelled' end
return 'mine'
`);

/**
 * id, claim, now, report, changes, notification, keep, keepMs, keepChanges, record… -> 'done', or why not.
 * The claim says by what right the run is ended. A token: that of the worker that executes it. `queued`: it has not begun
 * (if it is running, it is marked as cancelled instead: 'cancelling'). `lost`: no worker has it.
 */
export const FINISH = script(`
local id, claim, now, report, changes, notification = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local keep, keepMs, keepChanges = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local run = BASE .. id
local state = redis.call('HGET', run, 'state')
local other, lease = leasedTo()
if state == 'finished' then return 'finished' end
if claim == 'queued' then
  if not state then return 'unknown' end
  if state == 'running' then
    redis.call('HSET', run, 'cancel', '1')
    redis.call('PUBLISH', NEWS, '{"type":"cancel","runId":"' .. id .. '"}')
    return 'cancelling'
  end
elseif claim == 'lost' then
  if not state then return 'unknown' end
  if other == id then return 'held' end
else
  if lease and lease ~= id .. ' ' .. claim then return 'lost' end
  if state == 'queued' then return 'lost' end
  if not state then restore(id, 12) end
end
stopWaiting(id)
leave(id)
redis.call('HSETNX', run, 'startedAt', redis.call('HGET', run, 'requestedAt'))
redis.call('HSET', run, 'state', 'finished', 'report', report)
redis.call('HDEL', run, 'cancel', 'mapping')
if changes ~= '' then redis.call('SET', run .. ':changes', changes) end
redis.call('SREM', OPEN, id)
redis.call('ZADD', FINISHED, now, id)
local function forget(old)
  redis.call('DEL', BASE .. old, BASE .. old .. ':changes')
  redis.call('ZREM', FINISHED, old)
  redis.call('ZREM', INDEX, old)
end
for _, old in ipairs(redis.call('ZRANGE', FINISHED, 0, -1 - keep)) do forget(old) end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', FINISHED, '-inf', now - keepMs)) do forget(old) end
for _, old in ipairs(redis.call('ZREVRANGE', FINISHED, keepChanges, keepChanges)) do
  redis.call('DEL', BASE .. old .. ':changes')
end
redis.call('PUBLISH', NEWS, notification)
return 'done'
`);

/** id, token -> 'done' | 'lost'. The run waits again and starts from the beginning; later requests may join it. */
export const HAND_BACK = script(`
local id, token = ARGV[3], ARGV[4]
local run = BASE .. id
local _, lease = leasedTo()
if lease and lease ~= id .. ' ' .. token then return 'lost' end
if redis.call('HGET', run, 'state') ~= 'running' then return 'lost' end
leave(id)
redis.call('HSET', run, 'state', 'queued')
redis.call('HDEL', run, 'startedAt')
if redis.call('HEXISTS', run, 'mapping') == 0 then redis.call('HSETNX', WAITING, redis.call('HGET', run, 'mode'), id) end
return 'done'
`);

-- Asks for the lock, and joins the queue for it. Returns 1 if the caller now holds it.
-- KEYS: holder, queue. ARGV: prefix of the contenders' keys, caller, lease (ms), patience (ms)
local holder, queue = KEYS[1], KEYS[2]
local prefix, caller, lease, patience = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('GET', holder) ~= caller then
  -- A contender that does not ask again within its patience has gone.
  redis.call('SET', prefix .. 'waits:' .. caller, 1, 'PX', patience)
  if not redis.call('LPOS', queue, caller) then redis.call('RPUSH', queue, caller) end
  if redis.call('EXISTS', holder) == 1 then return 0 end
  local first = redis.call('LPOP', queue)
  while redis.call('EXISTS', prefix .. 'waits:' .. first) == 0 do first = redis.call('LPOP', queue) end
  redis.call('SET', holder, first, 'PX', lease)
  if first ~= caller then
    redis.call('RPUSH', prefix .. 'wake:' .. first, 1)
    redis.call('PEXPIRE', prefix .. 'wake:' .. first, lease)
    return 0
  end
end
redis.call('PEXPIRE', holder, lease)
redis.call('DEL', prefix .. 'waits:' .. caller, prefix .. 'wake:' .. caller)
return 1

-- Takes the lock if it is free and no contender waits for it. Returns 1 if the caller now holds it.
-- KEYS: holder, queue. ARGV: prefix of the contenders' keys, caller, lease (ms)
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local first = redis.call('LINDEX', KEYS[2], 0)
while first do
  if redis.call('EXISTS', ARGV[1] .. 'waits:' .. first) == 1 then return 0 end
  redis.call('LPOP', KEYS[2])
  first = redis.call('LINDEX', KEYS[2], 0)
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1

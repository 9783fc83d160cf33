-- Releases the lock, and hands it to the contender that has waited longest. Returns 0 if the caller did not hold it.
-- KEYS: holder, queue. ARGV: prefix of the contenders' keys, caller, lease (ms)
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
local first = redis.call('LPOP', KEYS[2])
while first do
  if redis.call('EXISTS', ARGV[1] .. 'waits:' .. first) == 1 then
    redis.call('SET', KEYS[1], first, 'PX', ARGV[3])
    redis.call('RPUSH', ARGV[1] .. 'wake:' .. first, 1)
    redis.call('PEXPIRE', ARGV[1] .. 'wake:' .. first, ARGV[3])
    return 1
  end
  first = redis.call('LPOP', KEYS[2])
end
return 1

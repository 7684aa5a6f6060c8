#!/bin/sh
# Creates Temporal's namespace for hazards with its retention and search attributes, or brings an
# existing one up to date. Safe to run at every start.
set -eu

: "${TEMPORAL_ADDRESS:=temporal:7233}"
: "${QINGLING_TEMPORAL_NAMESPACE:=qingling}"
: "${QINGLING_RETENTION:=3650d}"
export TEMPORAL_ADDRESS

# The server learns of a new namespace some seconds after it is made, and of itself after a start.
patiently() {
    tries=60
    until answer=$("$@" 2>&1); do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            echo "$answer" >&2
            echo "放弃，命令一直失败 | gave up, it kept failing: $*" >&2
            return 1
        fi
        sleep 1
    done
}

# For operators who look for, sweep or count workflows; lists for people come from our own database.
# Nothing here may name a person. Name, then type, one a line.
attributes='
HazardPhase     Keyword
HazardState     Keyword
HazardOwner     Keyword
HazardProfile   Keyword
HazardMode      Keyword
HazardSla       Keyword
HazardLevel     Keyword
HazardNextWake  Datetime
HazardUnits     KeywordList
'

patiently temporal operator cluster health

if temporal operator namespace describe -n "$QINGLING_TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    # A history must outlive its hazard's archive; a retention that was set shorter is corrected.
    patiently temporal operator namespace update -n "$QINGLING_TEMPORAL_NAMESPACE" --retention "$QINGLING_RETENTION"
else
    patiently temporal operator namespace create -n "$QINGLING_TEMPORAL_NAMESPACE" --retention "$QINGLING_RETENTION"
fi

patiently temporal operator search-attribute list -n "$QINGLING_TEMPORAL_NAMESPACE"
existing=$answer

echo "$attributes" | while read -r name type; do
    [ -n "$name" ] || continue
    found=$(echo "$existing" | awk -v name="$name" '$1 == name { print $2 }')
    if [ -z "$found" ]; then
        patiently temporal operator search-attribute create -n "$QINGLING_TEMPORAL_NAMESPACE" --name "$name" --type "$type"
        echo "已新增检索属性 | search attribute added: $name $type"
    elif [ "$found" != "$type" ]; then
        echo "检索属性 $name 类型为 $found，应为 $type | search attribute $name is $found, it should be $type" >&2
        exit 1
    fi
done

echo "命名空间已就绪 | namespace ready: $QINGLING_TEMPORAL_NAMESPACE, $QINGLING_RETENTION"

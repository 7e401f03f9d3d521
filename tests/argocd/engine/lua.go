package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// A script and the object that it judges or changes.
type scriptCase struct {
	Script     string            `json:"script"`
	Object     map[string]any    `json:"object"`
	Parameters map[string]string `json:"parameters"`
}

type scriptResult struct {
	Result any    `json:"result"`
	Error  string `json:"error,omitempty"`
}

func runScripts(from io.Reader) ([]scriptResult, error) {
	var cases []scriptCase
	if err := json.NewDecoder(from).Decode(&cases); err != nil {
		return nil, err
	}
	results := make([]scriptResult, 0, len(cases))
	for _, each := range cases {
		result, err := runScript(each.Script, each.Object, each.Parameters)
		if err != nil {
			results = append(results, scriptResult{Error: err.Error()})
			continue
		}
		results = append(results, scriptResult{Result: result})
	}
	return results, nil
}

// As Argo CD does for what argocd-cm holds: no library but base, package and table, the clock by require("os"); one second.
func runScript(script string, object map[string]any, parameters map[string]string) (any, error) {
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	libraries := []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}}
	for _, library := range libraries {
		call := lua.P{Fn: l.NewFunction(library.open), NRet: 0, Protect: true}
		if err := l.CallByParam(call, lua.LString(library.name)); err != nil {
			return nil, err
		}
	}
	l.PreloadModule(lua.OsLibName, openClock)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l.SetContext(ctx)
	given := l.NewTable()
	for name, value := range parameters {
		given.RawSetString(name, lua.LString(value))
	}
	l.SetGlobal("actionParams", given)
	l.SetGlobal("obj", toLua(l, object))
	if err := l.DoString(script); err != nil {
		return nil, err
	}
	return fromLua(l.Get(-1), object)
}

func openClock(l *lua.LState) int {
	lua.OpenOs(l)
	full := l.GetGlobal(lua.OsLibName).(*lua.LTable)
	safe := l.NewTable()
	for _, name := range []string{"date", "time"} {
		safe.RawSetString(name, full.RawGetString(name))
	}
	l.SetGlobal(lua.OsLibName, lua.LNil)
	l.Push(safe)
	return 1
}

func toLua(l *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case float64:
		return lua.LNumber(value)
	case int64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := l.CreateTable(len(value), 0)
		for _, each := range value {
			table.Append(toLua(l, each))
		}
		return table
	case map[string]any:
		table := l.CreateTable(0, len(value))
		for key, each := range value {
			table.RawSetString(key, toLua(l, each))
		}
		return table
	}
	return lua.LNil
}

// Lua has one empty table for list and map: which it was, the object says that went in.
func fromLua(value lua.LValue, was any) (any, error) {
	switch value := value.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(value), nil
	case lua.LNumber:
		return float64(value), nil
	case lua.LString:
		return string(value), nil
	case *lua.LTable:
		if _, isMap := was.(map[string]any); value.Len() == 0 && (isMap || !isEmpty(value)) {
			return mapFromLua(value, was)
		}
		list := make([]any, 0, value.Len())
		before, _ := was.([]any)
		for n := 1; n <= value.Len(); n++ {
			var old any
			if n <= len(before) {
				old = before[n-1]
			}
			each, err := fromLua(value.RawGetInt(n), old)
			if err != nil {
				return nil, err
			}
			list = append(list, each)
		}
		return list, nil
	}
	return nil, fmt.Errorf("a script may not answer a %s", value.Type())
}

func mapFromLua(table *lua.LTable, was any) (any, error) {
	fields := map[string]any{}
	before, _ := was.(map[string]any)
	var failed error
	table.ForEach(func(key, value lua.LValue) {
		each, err := fromLua(value, before[key.String()])
		if err != nil {
			failed = err
		}
		fields[key.String()] = each
	})
	return fields, failed
}

func isEmpty(table *lua.LTable) bool {
	key, _ := table.Next(lua.LNil)
	return key == lua.LNil
}
